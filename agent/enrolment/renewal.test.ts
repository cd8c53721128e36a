// The agent's half of a renewal: what it keeps on disk, when it asks, and which certificate it connects with.
import { X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { type RenewalRequest, renewalRequestSchema } from '../../shared/wire/renewal.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { OwnCertificates } from './certificates.ts';
import { type Cloud, Pairs, renewedFolder } from './pairs.ts';
import { certificateRequest } from './request.ts';

const SITE = { tenant: 'acme', site: 'norte' };
const DAY = 86_400_000;
const log = pino({ level: 'silent' });

let folder: string;
let authority: LocalAuthority;
let cloud: Cloud;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-renewal-'));
  authority = await LocalAuthority.open(join(folder, 'ca'));
  cloud = await issued('agent');
  // No branch waits for its part of the day.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, 'agent.yaml');

async function issued(name: string): Promise<Cloud> {
  const { pem, keyPem } = await authority.issue(SITE);
  const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  writeFileSync(pair.certificate, pem);
  writeFileSync(pair.key, keyPem);
  return { endpoint: 'iot.example', ...pair, days: 365 };
}

/** An agent's certificates, with the line and the cloud played by the test. */
function started(clock: ManualClock) {
  const connects: string[] = [];
  const asked: RenewalRequest[] = [];
  const own = new OwnCertificates({
    file: file(),
    cloud,
    at: SITE,
    connect: (at) => void connects.push(at.certificate),
    log,
    clock,
  });
  const publish = async (_topic: string, payload: Uint8Array) => {
    asked.push(renewalRequestSchema.parse(JSON.parse(Buffer.from(payload).toString())));
  };
  own.start({ publish, now: () => clock.now(), onNews: () => undefined });
  const answer = async (request = asked.at(-1)!) => {
    own.take({ certificate: (await authority.issueFromCsr(request.csr)).pem, days: 365 });
  };
  const due = async () => {
    clock.advance(335 * DAY - 3_600_000 + 1000);
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
  };
  return { own, connects, asked, answer, due };
}

const clockNow = () => new ManualClock(Date.now());
const inFolder = () => (existsSync(renewedFolder(file())) ? readdirSync(renewedFolder(file())).sort() : []);

describe('a certificate that is to be renewed', () => {
  test('is asked for thirty days before its end, not before, and only while there is a line', async () => {
    const clock = clockNow();
    const { own, asked } = started(clock);
    own.up(cloud);
    clock.advance(334 * DAY);
    own.down(cloud);
    clock.advance(2 * DAY);
    expect(asked).toEqual([]);
    own.up(cloud);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    own.stop();
  });

  test('is asked for again with the same key until there is an answer, ever more rarely', async () => {
    const clock = clockNow();
    const { own, asked, due } = started(clock);
    own.up(cloud);
    await due();
    clock.advance(30_000);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    clock.advance(59_000);
    expect(clock.waiting).toBe(1);
    clock.advance(1000);
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    const keys = await Promise.all(asked.map(async ({ csr }) => (await authority.issueFromCsr(csr)).pem));
    const spki = keys.map((pem) =>
      new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }),
    );
    expect(new Set(spki).size).toBe(1);
    own.stop();
  });

  test('is replaced on disk, the line is made anew, and the one before goes once the new one has connected', async () => {
    const clock = clockNow();
    const { own, connects, answer, due } = started(clock);
    own.up(cloud);
    await due();
    await answer();
    expect(connects).toEqual([own.current.certificate]);
    expect(own.current.certificate).toContain(renewedFolder(file()));
    const restarted = new Pairs(file(), cloud, SITE);
    expect([restarted.current.certificate, restarted.former]).toEqual([own.current.certificate, cloud]);
    own.up(own.current);
    expect(new Pairs(file(), cloud, SITE).former).toBeNull();
    expect(inFolder().filter((name) => name.endsWith('.crt'))).toHaveLength(1);
    own.stop();
  });

  test('an answer for another key changes nothing', async () => {
    const clock = clockNow();
    const { own, connects, due } = started(clock);
    own.take({ certificate: (await authority.issue(SITE)).pem, days: 365 });
    own.up(cloud);
    await due();
    own.take({ certificate: (await authority.issue(SITE)).pem, days: 365 });
    own.take({ certificate: 'none', days: 365 });
    expect([connects, own.current]).toEqual([[], cloud]);
    own.stop();
  });
});

describe('a new certificate that gets no line', () => {
  test('is left for the one before after two minutes, tried again, and a restart begins with it', async () => {
    const clock = clockNow();
    const { own, connects, answer, due } = started(clock);
    own.up(cloud);
    await due();
    await answer();
    const next = own.current;
    clock.advance(119_000);
    expect(connects).toEqual([next.certificate]);
    clock.advance(1000);
    expect(connects.at(-1)).toBe(cloud.certificate);
    own.up(cloud);
    expect(new Pairs(file(), cloud, SITE).former).toEqual(cloud);
    clock.advance(DAY);
    expect(connects.at(-1)).toBe(next.certificate);
    own.up(next);
    expect(new Pairs(file(), cloud, SITE).former).toBeNull();
    own.stop();
  });

  test('is not given up for late news of the line before', async () => {
    const clock = clockNow();
    const { own, answer, due } = started(clock);
    own.up(cloud);
    await due();
    await answer();
    own.up(cloud);
    own.down(cloud);
    expect(new Pairs(file(), cloud, SITE).former).toEqual(cloud);
    own.stop();
  });
});

describe('on disk', () => {
  async function renewed(pairs: Pairs): Promise<Cloud> {
    const key = pairs.nextKey();
    pairs.store((await authority.issueFromCsr(await certificateRequest(key))).pem, 90);
    return pairs.current;
  }

  test('a certificate that a token has brought comes before renewed ones, which hold until it has connected', async () => {
    const pairs = new Pairs(file(), cloud, SITE);
    const next = await renewed(pairs);
    pairs.settled();
    const byToken = await issued('by-token');
    pairs.enrolled(byToken);
    expect([pairs.current, pairs.former?.certificate]).toEqual([byToken, next.certificate]);
    expect(new Pairs(file(), byToken, SITE).former?.certificate).toBe(next.certificate);
    pairs.settled();
    expect([inFolder(), new Pairs(file(), byToken, SITE).former]).toEqual([[], null]);
  });

  test('each step of a renewal leaves a pair that belongs together, whatever a power cut leaves undone', async () => {
    const pairs = new Pairs(file(), cloud, SITE);
    const first = await renewed(pairs);
    pairs.settled();
    // The files of the next are there, and nothing names them yet.
    const state = readFileSync(join(renewedFolder(file()), 'state.json'));
    const second = await renewed(pairs);
    expect(pairs.days).toBe(90);
    writeFileSync(join(renewedFolder(file()), 'state.json'), state);
    const back = new Pairs(file(), cloud, SITE);
    expect([back.current.certificate, back.former]).toEqual([first.certificate, null]);
    back.tidy();
    expect(existsSync(second.certificate)).toBe(false);
    expect(existsSync(first.key)).toBe(true);
  });

  test('of another site nothing is used, and what cannot be read is not tidied away', async () => {
    const pairs = new Pairs(file(), cloud, SITE);
    const next = await renewed(pairs);
    expect(new Pairs(file(), cloud, { ...SITE, site: 'sur' }).current).toEqual(cloud);
    copyFileSync(cloud.certificate, join(renewedFolder(file()), 'state.json'));
    const unread = new Pairs(file(), cloud, SITE);
    unread.tidy();
    expect([unread.current, existsSync(next.key)]).toEqual([cloud, true]);
  });
});
