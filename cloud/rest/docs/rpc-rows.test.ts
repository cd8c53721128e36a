// The rows that the document shows for the JSON-RPC face are those that the face gives.
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { firstGroups, firstRoles, firstSettings, newUser } from '../../accounts/defaults.ts';
import type { Group, Media, Token } from '../../accounts/model.ts';
import {
  authenticationRow,
  groupRow,
  mediaRow,
  mediaTypeRows,
  roleRow,
  roleRules,
  tokenRow,
  userRow,
} from '../../rpc/present.ts';
import { rpcRows } from './rpc-rows.ts';

const attempts = {
  failed: 2,
  failedAt: 1_764_000_000_000,
  failedFrom: '10.0.0.9',
  trying: 0,
  tryingAt: 0,
  version: 1,
};
const mail: Media = {
  id: '5',
  mediaTypeId: '1',
  sendTo: ['ana@example.com'],
  active: true,
  severity: 60,
  period: '1-5,08:00-18:00',
  provisioned: false,
};
const token: Token = {
  id: '4',
  userId: '1',
  name: 'portal',
  description: '',
  hash: null,
  enabled: true,
  expiresAt: 0,
  createdAt: 1_764_000_000,
  creatorId: '1',
};
const group: Group = { ...firstGroups[0]!, siteRights: [{ site: 'norte', permission: 'write' }] };
const role = firstRoles[0]!;

const given: Partial<Record<keyof typeof rpcRows, readonly object[]>> = {
  RpcUser: [userRow(newUser('9', 'ana'), attempts)],
  RpcGroup: [...firstGroups, group].map(groupRow),
  RpcRole: firstRoles.map(roleRow),
  RpcRoleRules: [roleRules(role, ['devices:read'])],
  RpcMedia: [mediaRow(mail), mediaRow({ ...mail, mediaTypeId: '3', sendTo: ['https://hooks.example.com/'] })],
  RpcMediaType: mediaTypeRows(),
  RpcToken: [tokenRow(token, 0)],
  RpcAuthentication: [authenticationRow(firstSettings)],
};

test.each(Object.entries(given))('a row of %s has what the document says, and nothing else', (name, rows) => {
  const schema: z.ZodType = rpcRows[name as keyof typeof rpcRows];
  for (const row of rows) expect(schema.safeParse(row).error).toBeUndefined();
});
