// Ways to the broker, in turn: with links that are played, and with real ones to a real broker behind a shut port, an ALPN name and a proxy.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Broker } from '../../infra/local/broker/broker.ts';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { startProxy } from '../testing/connect-proxy.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Link, LinkEvents, LinkProxy } from './link.ts';
import { MqttLink } from './mqtt-link.ts';
import { WayFinder } from './way-finder.ts';
import { waysTo } from './ways.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

const EVENTS: LinkEvents = {
  onCommand: () => {},
  onStored: () => {},
  onUp: () => {},
  onDown: () => {},
  onTakenOver: () => {},
};

describe('where the broker is looked for', () => {
  it.each([
    ['a.amazonaws.com', false, ['a.amazonaws.com:8883', 'a.amazonaws.com:443']],
    ['a.amazonaws.com', true, ['a.amazonaws.com:443', 'a.amazonaws.com:8883']],
    ['127.0.0.1:8883', false, ['127.0.0.1:8883']],
  ])('%s, with a proxy %s: %j', (endpoint, hasProxy, ways) => {
    expect(waysTo(endpoint, hasProxy)).toEqual(ways);
  });
});

describe('ways that are tried in turn', () => {
  function scene(ways: readonly string[]) {
    const clock = new ManualClock();
    const lines: { way: string; events: LinkEvents; isUp: boolean; started: number; stopped: boolean }[] = [];
    const told: string[] = [];
    const open = (way: string, events: LinkEvents): Link => {
      const line = { way, events, isUp: false, started: 0, stopped: false };
      lines.push(line);
      return {
        get isUp() {
          return line.isUp;
        },
        takesEvents: true,
        session: `${lines.length}`,
        start: () => void line.started++,
        publish: async () => undefined,
        stop: async () => {
          line.stopped = true;
        },
      };
    };
    const finder = new WayFinder(
      ways,
      open,
      { ...EVENTS, onUp: () => told.push('up'), onDown: (reason) => told.push(reason) },
      clock,
    );
    finder.start();
    const last = () => lines.at(-1)!;
    const fail = async () => {
      const before = lines.length;
      last().events.onDown('shut', true);
      await vi.waitFor(() => expect([lines.length, lines.at(-2)?.stopped]).toEqual([before + 1, true]));
      await Promise.resolve();
    };
    const up = () => {
      last().isUp = true;
      last().events.onUp();
    };
    return { clock, lines, told, finder, last, fail, up };
  }

  it('follow each other after a pause at random, until one leads there', async () => {
    const { clock, lines, told, fail, last, up } = scene(['b:8883', 'b:443']);
    for (let n = 0; n < 3; n++) {
      await fail();
      expect(last().started).toBe(0);
      clock.advance(60_000);
      expect(last().started).toBe(1);
    }
    up();
    expect(lines.map(({ way }) => way)).toEqual(['b:8883', 'b:443', 'b:8883', 'b:443']);
    expect(told).toEqual(['b:8883: shut', 'b:443: shut', 'b:8883: shut', 'up']);
  });

  it('pause no longer than half a minute at last, and no longer than a second at first', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    releases.push(() => vi.restoreAllMocks());
    const { clock, fail, last } = scene(['b:8883', 'b:443']);
    const paused: number[] = [];
    for (let n = 0; n < 9; n++) {
      await fail();
      const from = clock.monotonic();
      while (last().started === 0) clock.advance(100);
      paused.push(clock.monotonic() - from);
    }
    expect(paused[0]).toBeLessThanOrEqual(1000);
    expect(paused.at(-1)).toBeLessThanOrEqual(30_000);
    expect(paused).toEqual(paused.toSorted((a, b) => a - b));
  });

  it('are not left for a line that broke, a subscription that was refused or a broker that refuses', () => {
    const { lines, last, up } = scene(['b:8883', 'b:443']);
    up();
    last().isUp = false;
    last().events.onDown('broken');
    last().events.onDown('refused', false);
    expect(lines).toHaveLength(1);
  });

  it('are given up with the agent: nothing is opened any more', async () => {
    const { clock, lines, last, finder } = scene(['b:8883', 'b:443']);
    last().events.onDown('shut', true);
    await finder.stop();
    clock.advance(120_000);
    expect(lines.map(({ started, stopped }) => [started, stopped])).toEqual([
      [1, true],
      [0, true],
    ]);
  });
});

describe('to a real broker', () => {
  async function house() {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-ways-'));
    releases.push(() => rmSync(folder, { recursive: true, force: true }));
    const authority = await LocalAuthority.open(join(folder, 'ca'));
    const server = await authority.issueServer();
    const broker = await Broker.start({
      ...{ port: 0, alpn: 'x-amzn-mqtt-ca' },
      tls: { cert: server.pem, key: server.keyPem, ca: authority.rootPem },
      siteOf: (certificate) => authority.registry.siteOf(certificate),
      onMessage: () => {},
      onDisconnect: () => {},
    });
    releases.push(() => broker.stop());
    const at = { tenant: 'acme', site: 'norte' };
    const identity = await authority.issue(at);
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const files = {
      certificate: file('a.crt', identity.pem),
      key: file('a.key', identity.keyPem),
      ca: file('ca.pem', authority.rootPem),
    };
    const told: string[] = [];
    const open = (ways: readonly string[], proxy?: LinkProxy) => {
      const finder = new WayFinder(
        ways,
        (endpoint, events) =>
          new MqttLink({ ...at, ...files, endpoint, ...(proxy === undefined ? {} : { proxy }) }, events),
        { ...EVENTS, onDown: (reason) => told.push(reason) },
      );
      releases.push(() => finder.stop());
      finder.start();
      return vi.waitFor(() => expect(broker.isConnected(clientIdOf(at.tenant, at.site))).toBe(true), {
        timeout: 20_000,
      });
    };
    return { broker, open, told };
  }

  it('the next port is taken where the first is shut, and the ALPN name is said there', async () => {
    const { broker, open, told } = await house();
    await open(['127.0.0.1:1', `127.0.0.1:${broker.port}`]);
    expect(told[0]).toMatch(/^127\.0\.0\.1:1: /);
  });

  it('a proxy that asks for a name and a password tunnels, and one that lets the first port not through is asked for the next', async () => {
    const { broker, open } = await house();
    const way = `127.0.0.1:${broker.port}`;
    const proxy = await startProxy('ana:s3cret', (target) => target === way);
    releases.push(() => proxy.stop());
    await open(['127.0.0.1:2', way], {
      host: '127.0.0.1',
      port: proxy.port,
      username: 'ana',
      password: 's3cret',
    });
    expect(new Set(proxy.asked)).toEqual(new Set(['127.0.0.1:2', way]));
  });
});
