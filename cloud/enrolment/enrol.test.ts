// Enrolment step by step on real rows: cut off anywhere, done twice, overtaken by a revocation.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificateRequest, pendingKey } from '../../agent/enrolment/request.ts';
import { startWorld, type World } from '../testing/world.ts';
import { welcome } from './arrival.ts';
import { DynamoAttempts, REFUSED_PER_MINUTE } from './attempts.ts';
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
    attempts: new DynamoAttempts(world.table, () => now),
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
    expect(
      await enrol(ports, { token: await tokenAt(now), csr: requests.mine, address: '203.0.113.7' }),
    ).toEqual({
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
    const first = await enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' });
    expect(await enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' })).toEqual(first);
    await expect(
      enrol(ports, { token: token, csr: requests.other, address: '203.0.113.7' }),
    ).rejects.toMatchObject(invalid);
    now += 1;
    await expect(
      enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' }),
    ).rejects.toMatchObject(invalid);
    expect(registrar.signed).toBe(1);
  });

  test('is not used up by a request that is not sound', async () => {
    const token = await tokenAt(now);
    const broken = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n';
    await expect(enrol(ports, { token: token, csr: broken, address: '203.0.113.7' })).rejects.toMatchObject({
      code: 'invalid_field',
    });
    expect(
      (await enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' })).certificate,
    ).toBe('pem of c1');
  });

  test('whose call was cut off can be used again with the same key, and with no other', async () => {
    const token = await tokenAt(now);
    for (const step of ['sign', 'admit'] as const) {
      registrar.breaks = step;
      await expect(
        enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' }),
      ).rejects.toThrow('broken off');
    }
    registrar.breaks = null;
    await expect(
      enrol(ports, { token: token, csr: requests.other, address: '203.0.113.7' }),
    ).rejects.toMatchObject(invalid);
    expect(
      (await enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' })).certificate,
    ).toBe('pem of c1');
    expect([registrar.signed, [...registrar.active]]).toEqual([1, ['c1']]);
  });

  test('called twice at once ends in one certificate', async () => {
    const token = await tokenAt(now);
    const both = await Promise.all([
      enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' }),
      enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(registrar.active.size).toBe(1);
  });

  test('of a site that is gone, or from before a revocation, is void', async () => {
    const token = await tokenAt(now);
    await ports.agents.revoke(SITE, now);
    await expect(
      enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' }),
    ).rejects.toMatchObject(invalid);
    expect(
      (await enrol(ports, { token: await tokenAt(now + 1), csr: requests.mine, address: '203.0.113.7' }))
        .certificate,
    ).toBe('pem of c1');
    await world.clear();
    await expect(
      enrol(ports, { token: await tokenAt(now), csr: requests.mine, address: '203.0.113.7' }),
    ).rejects.toMatchObject(invalid);
  });

  test('overtaken by a revocation while it is used leaves nothing active', async () => {
    const token = await tokenAt(now);
    registrar.beforeAdmit = () => ports.agents.revoke(SITE, now + 1);
    await expect(
      enrol(ports, { token: token, csr: requests.mine, address: '203.0.113.7' }),
    ).rejects.toMatchObject(invalid);
    expect(registrar.active.size).toBe(0);
  });
});

describe('the first hello of a new certificate', () => {
  test('revokes the older ones, once; hellos of the old one before it revoke nothing', async () => {
    await enrol(ports, { token: await tokenAt(now), csr: requests.mine, address: '203.0.113.7' });
    await hello('c1');
    await enrol(ports, { token: await tokenAt(now), csr: requests.other, address: '203.0.113.7' });
    expect(await hello('c1')).toEqual([]);
    expect([...registrar.active]).toEqual(['c1', 'c2']);
    expect(await hello('c2')).toEqual(['c1']);
    expect(await hello('c2')).toEqual([]);
    expect([...registrar.active]).toEqual(['c2']);
  });

  test('is tried again at the next hello if revoking failed', async () => {
    await enrol(ports, { token: await tokenAt(now), csr: requests.mine, address: '203.0.113.7' });
    const failing = { ...registrar, revoke: async () => Promise.reject(new Error('throttled')) };
    const event = { ...SITE, kind: 'hello' as const, certificate: 'c1' };
    await expect(welcome(ports.agents, failing as unknown as Revoker, event)).rejects.toThrow('throttled');
    registrar.active.add('c0');
    expect(await hello('c1')).toEqual(['c0']);
  });
});

test('an address that was refused too often within a minute waits for the next, and nobody else does', async () => {
  const from = (address: string, token: string) => enrol(ports, { token, csr: requests.mine, address });
  const token = await tokenAt(now);
  for (let tries = 0; tries < REFUSED_PER_MINUTE; tries++) {
    await expect(from('198.51.100.9', newToken())).rejects.toMatchObject(invalid);
  }
  const tooMany = { code: 'too_many_requests', status: 429 };
  await expect(from('198.51.100.9', token)).rejects.toMatchObject(tooMany);
  expect(await from('203.0.113.7', token)).toMatchObject(SITE);
  now += 60_000;
  expect(await from('198.51.100.9', token)).toMatchObject(SITE);
});
