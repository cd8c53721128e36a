// Renewals step by step on real rows: who may ask, cut off anywhere, done twice, overtaken by a revocation or by a token.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pendingKey } from '../../agent/enrolment/request.ts';
import { type IssuedIdentity, LocalAuthority } from '../../infra/local/certs/authority.ts';
import type { RenewalEvent } from '../../shared/wire/renewal.ts';
import { startWorld, type World } from '../testing/world.ts';
import { welcome } from './arrival.ts';
import { DynamoSiteAgents } from './dynamo-site-agents.ts';
import type { RenewPorts } from './renew.ts';
import { renew } from './renew.ts';
import { Registrar } from './testing/registrar.ts';
import { renewalOf } from './testing/renewal.ts';

const SITE = { tenant: 'acme', site: 'norte' };
const HOUR = 3_600_000;

let world: World;
let folder: string;
let authority: LocalAuthority;
let keys: { mine: string; other: string };
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'sereno-renew-'));
  authority = await LocalAuthority.open(join(folder, 'ca'));
  keys = { mine: pendingKey(join(folder, 'mine')), other: pendingKey(join(folder, 'other')) };
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

let now: number;
let present: IssuedIdentity;
let registrar: Registrar;
let ports: RenewPorts & { readonly agents: DynamoSiteAgents };
beforeEach(async () => {
  await world.clear();
  now = 1_000_000;
  present = await authority.issue(SITE);
  registrar = new Registrar();
  registrar.active.add(present.id);
  ports = {
    agents: new DynamoSiteAgents(world.table),
    issuer: registrar,
    revoker: registrar,
    audited: (_at, work) => work(),
    now: () => now,
  };
  await ports.agents.addSite(SITE, 'Norte', now - 1);
});

const asked = (key = keys.mine, change: Partial<RenewalEvent> = {}) => renewalOf(SITE, present, key, change);
const hello = (certificate: string) =>
  welcome(ports.agents, registrar, { ...SITE, kind: 'hello', certificate });
const refused = (reason: string) => ({ name: 'RenewalRefused', reason });

describe('a request for the next certificate', () => {
  test('gives one for the new key, the same one as often as it comes, and both hold until the new one says hello', async () => {
    const first = await renew(ports, await asked());
    now += 48 * HOUR;
    expect(await renew(ports, await asked())).toEqual(first);
    expect([registrar.signed, [...registrar.active]]).toEqual([1, [present.id, 'c1']]);
    expect(await hello(present.id)).toEqual([]);
    expect(await hello('c1')).toEqual([present.id]);
    expect([...registrar.active]).toEqual(['c1']);
    expect(await hello('c1')).toEqual([]);
    await expect(renew(ports, await asked())).rejects.toMatchObject(refused('not_admitted'));
  });

  test('must come over the line of the certificate whose key has signed it, for that very site', async () => {
    const stranger = await authority.issue(SITE);
    const otherKey = { ...present, keyPem: stranger.keyPem };
    const cases: [RenewalEvent, string][] = [
      [await asked(keys.mine, { certificate: stranger.id }), 'other_certificate'],
      [await renewalOf(SITE, otherKey, keys.mine), 'signature'],
      [await asked(keys.mine, { site: 'sur' }), 'signature'],
      [await renewalOf(SITE, stranger, keys.mine), 'not_admitted'],
      [await asked(keys.mine, { body: Buffer.from('{"v":1}').toString('base64') }), 'malformed'],
      [await renewalOf(SITE, { ...present, pem: 'none' }, keys.mine), 'malformed'],
      [await renewalOf(SITE, present, present.keyPem), 'same_key'],
      [await renewalOf(SITE, present, keys.mine, {}, () => 'no request'), 'csr'],
    ];
    for (const [event, reason] of cases) {
      await expect(renew(ports, event)).rejects.toMatchObject(refused(reason));
    }
    expect(registrar.signed).toBe(0);
  });

  test('that was cut off at any step is gone on with, and called twice at once ends in one certificate', async () => {
    for (const step of ['sign', 'admit'] as const) {
      registrar.breaks = step;
      await expect(renew(ports, await asked())).rejects.toThrow('broken off');
    }
    registrar.breaks = null;
    const event = await asked();
    const both = await Promise.all([renew(ports, event), renew(ports, event)]);
    expect(both[0]).toEqual(both[1]);
    expect(registrar.active).toEqual(new Set([present.id, both[0].id]));
  });

  test('for another key is taken an hour later, and the first certificate, which never came, goes', async () => {
    await renew(ports, await asked());
    await expect(renew(ports, await asked(keys.other))).rejects.toMatchObject(refused('too_soon'));
    now += HOUR;
    const second = await renew(ports, await asked(keys.other));
    expect([...registrar.active]).toEqual([present.id, second.id]);
    expect(await hello('c1')).toEqual([]);
    expect(await hello(second.id)).toEqual([present.id]);
  });

  test('is the only entry of the audit log that it leaves, however often it comes', async () => {
    let entries = 0;
    const audited: RenewPorts['audited'] = (_at, work) => {
      entries += 1;
      return work();
    };
    const counting = { ...ports, audited };
    await renew(counting, await asked());
    await renew(counting, await asked());
    expect(entries).toBe(1);
  });
});

describe('a renewal', () => {
  test('that a revocation overtakes leaves nothing active', async () => {
    registrar.beforeAdmit = async () => {
      await ports.agents.revoke(SITE, now + 1);
      await registrar.revoke(SITE, () => true);
    };
    await expect(renew(ports, await asked())).rejects.toThrow(/refused/);
    expect(registrar.active.size).toBe(0);
  });

  test('does not end what a token has brought: that ends the renewal', async () => {
    await renew(ports, await asked());
    registrar.active.add('by-token');
    await ports.agents.expect(SITE, 'by-token', now);
    expect(await hello('c1')).toEqual([present.id]);
    expect(registrar.active).toEqual(new Set(['c1', 'by-token']));
    expect(await hello('by-token')).toEqual(['c1']);
    expect([...registrar.active]).toEqual(['by-token']);
  });

  test('whose certificate was admitted while a token\u2019s took the others back ends with them', async () => {
    registrar.active.add('by-token');
    await ports.agents.expect(SITE, 'by-token', now);
    let isRenewed = false;
    registrar.beforeRevoked = async () => {
      if (isRenewed) return;
      isRenewed = true;
      await renew(ports, await asked());
    };
    expect(await hello('by-token')).toEqual(expect.arrayContaining([present.id, 'c1']));
    expect([...registrar.active]).toEqual(['by-token']);
  });

  test('that is quicker than the first hello of the certificate before stands for it: late or lost, that hello ends nothing', async () => {
    registrar.active.add('of-the-old-machine');
    await ports.agents.expect(SITE, present.id, now);
    await renew(ports, await asked());
    expect(await hello(present.id)).toEqual(['of-the-old-machine']);
    expect([...registrar.active]).toEqual([present.id, 'c1']);
    expect(await hello('c1')).toEqual([present.id]);
    // The same, and the hello is lost.
    registrar.active.clear();
    for (const id of [present.id, 'of-the-old-machine']) registrar.active.add(id);
    await ports.agents.expect(SITE, present.id, now);
    const { id } = await renew(ports, await asked(keys.other));
    expect((await hello(id)).sort()).toEqual([present.id, 'of-the-old-machine'].sort());
    expect(await ports.agents.find(SITE)).not.toHaveProperty('newCertificate');
  });

  test('that ends late, after its certificate has come already, leaves that certificate alone', async () => {
    const event = await asked();
    let isFirst = true;
    registrar.beforeAdmit = async () => {
      if (!isFirst) return;
      isFirst = false;
      const { id } = await renew(ports, event);
      await hello(id);
    };
    expect((await renew(ports, event)).id).toBe('c1');
    expect([...registrar.active]).toEqual(['c1']);
  });

  test('that was asked for in vain, for a certificate that is gone by then, holds up no other', async () => {
    const late = await asked();
    const { id } = await renew(ports, late);
    await hello(id);
    const next = await authority.issue(SITE);
    registrar.active.add(next.id);
    // What a call leaves that has looked before that hello, and is killed after it.
    const seen = await ports.agents.find(SITE);
    const left = { publicKey: 'k', follows: present.id, since: now };
    expect(await ports.agents.noteRenewal(SITE, left, seen!)).toBe(true);
    expect(await renew(ports, await renewalOf(SITE, next, keys.other))).toMatchObject({ id: 'c2' });
  });

  test('of a site that is not there is refused', async () => {
    await world.clear();
    await expect(renew(ports, await asked())).rejects.toMatchObject(refused('overtaken'));
  });
});
