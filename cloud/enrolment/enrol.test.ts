// Enrolment step by step on real rows: cut off anywhere, done twice, overtaken by a revocation.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateRequest, pendingKey } from '../../agent/enrolment/request.ts';
import { startWorld, type World } from '../testing/world.ts';
import { welcome } from './arrival.ts';
import { DynamoEnrolments } from './dynamo-enrolments.ts';
import { DynamoSiteAgents } from './dynamo-site-agents.ts';
import { type EnrolPorts, enrol } from './enrol.ts';
import type { Revoker } from './issuer.ts';
import { Registrar } from './testing/registrar.ts';
import { hashOf, newToken, TOKEN_MS } from './tokens.ts';

const SITE = { tenant: 'acme', site: 'norte' };
const invalid = { code: 'token_invalid', status: 401 };

let world: World;
let folder: string;
let requests: { mine: string; other: string };
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'sereno-csr-'));
  const of = (name: string) => certificateRequest(pendingKey(join(folder, name)));
  requests = { mine: await of('mine'), other: await of('other') };
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

let now: number;
let registrar: Registrar;
let ports: EnrolPorts;
beforeEach(async () => {
  await world.clear();
  now = 1_000_000;
  registrar = new Registrar();
  ports = {
    enrolments: new DynamoEnrolments(world.table),
    agents: new DynamoSiteAgents(world.table),
    issuer: registrar,
    revoker: registrar,
    audited: (_at, work) => work(),
    rootCa: 'root',
    days: 365,
    now: () => now,
  };
  await ports.agents.addSite(SITE, 'Norte', now);
});

async function tokenAt(createdAt: number): Promise<string> {
  const token = newToken();
  await ports.enrolments.add(hashOf(token), { ...SITE, createdAt, validUntil: createdAt + TOKEN_MS });
  return token;
}

const hello = (certificate: string) =>
  welcome(ports.agents, registrar, { ...SITE, kind: 'hello', certificate });

describe('a token', () => {
  test('gives certificate, endpoint, root, tenant and site', async () => {
    expect(await enrol(ports, await tokenAt(now), requests.mine)).toEqual({
      certificate: 'pem of c1',
      endpoint: 'iot.example',
      ca: 'root',
      certificate_days: 365,
      ...SITE,
    });
  });

  test('is not kept: its hash is', async () => {
    const token = await tokenAt(now);
    expect(token.length).toBeGreaterThanOrEqual(43);
    expect(JSON.stringify(await world.everything())).not.toContain(token.slice(7));
  });

  test('holds for 15 minutes, for the first key that comes, and signs once', async () => {
    const token = await tokenAt(now);
    now += TOKEN_MS - 1;
    const first = await enrol(ports, token, requests.mine);
    expect(await enrol(ports, token, requests.mine)).toEqual(first);
    await expect(enrol(ports, token, requests.other)).rejects.toMatchObject(invalid);
    now += 1;
    await expect(enrol(ports, token, requests.mine)).rejects.toMatchObject(invalid);
    expect(registrar.signed).toBe(1);
  });

  test('is not used up by a request that is not sound', async () => {
    const token = await tokenAt(now);
    const broken = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n';
    await expect(enrol(ports, token, broken)).rejects.toMatchObject({ code: 'invalid_field' });
    expect((await enrol(ports, token, requests.mine)).certificate).toBe('pem of c1');
  });

  test('whose call was cut off can be used again with the same key, and with no other', async () => {
    const token = await tokenAt(now);
    for (const step of ['sign', 'admit'] as const) {
      registrar.breaks = step;
      await expect(enrol(ports, token, requests.mine)).rejects.toThrow('broken off');
    }
    registrar.breaks = null;
    await expect(enrol(ports, token, requests.other)).rejects.toMatchObject(invalid);
    expect((await enrol(ports, token, requests.mine)).certificate).toBe('pem of c1');
    expect([registrar.signed, [...registrar.active]]).toEqual([1, ['c1']]);
  });

  test('called twice at once ends in one certificate', async () => {
    const token = await tokenAt(now);
    const both = await Promise.all([enrol(ports, token, requests.mine), enrol(ports, token, requests.mine)]);
    expect(both[0]).toEqual(both[1]);
    expect(registrar.active.size).toBe(1);
  });

  test('of a site that is gone, or from before a revocation, is void', async () => {
    const token = await tokenAt(now);
    await ports.agents.revoke(SITE, now);
    await expect(enrol(ports, token, requests.mine)).rejects.toMatchObject(invalid);
    expect((await enrol(ports, await tokenAt(now + 1), requests.mine)).certificate).toBe('pem of c1');
    await world.clear();
    await expect(enrol(ports, await tokenAt(now), requests.mine)).rejects.toMatchObject(invalid);
  });

  test('overtaken by a revocation while it is used leaves nothing active', async () => {
    const token = await tokenAt(now);
    registrar.beforeAdmit = () => ports.agents.revoke(SITE, now + 1);
    await expect(enrol(ports, token, requests.mine)).rejects.toMatchObject(invalid);
    expect(registrar.active.size).toBe(0);
  });
});

describe('the first hello of a new certificate', () => {
  test('revokes the older ones, once; hellos of the old one before it revoke nothing', async () => {
    await enrol(ports, await tokenAt(now), requests.mine);
    await hello('c1');
    await enrol(ports, await tokenAt(now), requests.other);
    expect(await hello('c1')).toEqual([]);
    expect([...registrar.active]).toEqual(['c1', 'c2']);
    expect(await hello('c2')).toEqual(['c1']);
    expect(await hello('c2')).toEqual([]);
    expect([...registrar.active]).toEqual(['c2']);
  });

  test('is tried again at the next hello if revoking failed', async () => {
    await enrol(ports, await tokenAt(now), requests.mine);
    const failing = { ...registrar, revoke: async () => Promise.reject(new Error('throttled')) };
    const event = { ...SITE, kind: 'hello' as const, certificate: 'c1' };
    await expect(welcome(ports.agents, failing as unknown as Revoker, event)).rejects.toThrow('throttled');
    registrar.active.add('c0');
    expect(await hello('c1')).toEqual(['c0']);
  });
});
