// Alerts from the feed to a real mail server and a real listener.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Webhook as Verifier } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { mortal, randomOf, Turns } from '../events/testing/mortal.ts';
import { Mailer } from './mail.ts';
import { MOST_PROBLEMS } from './problems.ts';
import { alertSecret } from './signing.ts';
import { AlertStates } from './state.ts';
import { Bench, EVERYWHERE, HOUR, KEY, MINUTE, subjectOf } from './testing/bench.ts';
import { MAIL_PASSWORD, startMailServer } from './testing/mail-server.ts';

const bench = new Bench();

/** Something every few milliseconds, for ever. */
function drip(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 20);
  socket.on('close', () => clearInterval(timer));
}

/** The first run begins to follow the feed. */
async function begun(...operators: Parameters<Bench['operator']>[1][]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, who] of operators.entries()) ids.push(await bench.operator(`op${index}`, who));
  await bench.run();
  return ids;
}

describe('by mail', () => {
  test('a certificate that ends and was not renewed is told with the day of its end, and its renewal too', async () => {
    await begun({ medias: [bench.media('1', 'ana@example.com')] });
    await bench.tell(bench.happening('certificate.ending'));
    await bench.pass(2 * MINUTE);
    await bench.tell(bench.happening('certificate.renewed'));
    await bench.pass(2 * MINUTE);
    expect(bench.subjects()).toEqual([
      '[Sereno] El certificado de la sucursal norte termina el 2026-12-30T00:00:00.000Z y no se ha renovado',
      '[Sereno] El certificado de la sucursal norte se ha renovado',
    ]);
  });

  test('a terminal that is gone and back is told in Spanish, over TLS, with login, by one id each', async () => {
    await begun({ medias: [bench.media('1', 'ana@example.com')] });
    await bench.tell(bench.happening('device.offline'));
    await bench.pass(2 * MINUTE);
    await bench.tell(bench.happening('device.online'));
    await bench.pass(2 * MINUTE);
    expect(bench.subjects()).toEqual([
      '[Sereno] El terminal principal (norte) no responde',
      '[Sereno] El terminal principal (norte) responde de nuevo',
    ]);
    const [got] = bench.mail.got;
    expect(got).toMatchObject({
      to: ['ana@example.com'],
      from: 'avisos@sereno.example',
      login: 'sereno',
      isSecure: true,
    });
    const [first] = await bench.notices();
    expect(got?.raw).toContain(`Message-ID: <${first?.id}@sereno.example>`);
    expect((await bench.notices()).map(({ state }) => state)).toEqual(['sent', 'sent']);
  });

  test('an operator reads it in his own language and time zone', async () => {
    await begun({ medias: [bench.media('1', 'bob@example.com')], lang: 'en_GB', timezone: 'America/La_Paz' });
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(2 * MINUTE);
    expect(bench.subjects()).toEqual(['[Sereno] Branch norte is offline']);
    expect(bench.mail.got[0]?.raw.replaceAll('=\r\n', '')).toContain('since 2026-11-30 08:00:00');
  });

  test('TLS from the first byte works, too', async () => {
    const other = await startMailServer('tls');
    try {
      await begun({ medias: [bench.media('1', 'ana@example.com')] });
      await bench.tell(bench.happening('agent.offline'));
      await bench.pass(2 * MINUTE, bench.ports(bench.table, { mailer: new Mailer(other.config) }));
      expect(other.got).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  test('each address gets a mail of its own: one that is refused for good takes nothing from the others', async () => {
    await begun({ medias: [bench.media('1', ['gone@example.com', 'Ana <ana@example.com>'])] });
    bench.mail.refuse = (what, value) => (what === 'address' && value.startsWith('gone') ? 550 : 0);
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(10 * MINUTE);
    expect(bench.mail.got.map(({ to }) => to)).toEqual([['ana@example.com']]);
    const notices = await bench.notices();
    expect(notices.map(({ state, error }) => [state, error])).toEqual([
      ['failed', 'refused'],
      ['sent', undefined],
    ]);
  });

  test('a server that is busy gets it later, and an end never comes before its problem', async () => {
    await begun({ medias: [bench.media('1', 'ana@example.com')] });
    bench.mail.refuse = () => 451;
    await bench.tell(bench.happening('device.offline'));
    await bench.pass(3 * MINUTE);
    await bench.tell(bench.happening('device.online'));
    await bench.pass(5 * MINUTE);
    expect(bench.mail.got).toEqual([]);
    bench.mail.refuse = () => 0;
    await bench.pass(6 * MINUTE);
    expect(bench.subjects().map((subject) => subject.replace(/.*\) /, ''))).toEqual([
      'no responde',
      'responde de nuevo',
    ]);
  });

  test.each([
    ['that nobody listens on', { port: 1 }, 'unreachable'],
    ['whose password is another', { password: 'wrong' }, 'login_refused'],
    ['whose certificate nobody known has signed', { ca: undefined }, 'unreachable'],
  ])(
    'a server %s is tried again for a day, then the notice is put aside and says why',
    async (_what, over, error) => {
      await begun({ medias: [bench.media('1', 'ana@example.com')] });
      const ports = bench.ports(bench.table, { mailer: new Mailer({ ...bench.mail.config, ...over }, 1500) });
      await bench.tell(bench.happening('agent.offline'));
      await bench.pass(2 * MINUTE, ports);
      expect(await bench.notices()).toMatchObject([{ state: 'waiting', failures: 1, error }]);
      bench.now += 25 * HOUR;
      await bench.run(ports);
      expect(await bench.notices()).toMatchObject([{ state: 'failed', failures: 2, error }]);
      expect(bench.mail.got).toEqual([]);
    },
  );

  test.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    ['never comes to the end of a line', (socket) => drip(socket, '220-')],
    ['never comes to the end of its greeting', (socket) => drip(socket, '220-hello\r\n')],
    ['hangs up', (socket) => socket.destroy()],
  ])('a server that %s holds a run up for no longer than a try may take', async (_what, treat) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      treat(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await begun({ medias: [bench.media('1', 'ana@example.com')] });
    await bench.tell(bench.happening('agent.offline'));
    const mailer = new Mailer({ ...bench.mail.config, port }, 400);
    const before = performance.now();
    await bench.pass(2 * MINUTE, bench.ports(bench.table, { mailer }));
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await bench.notices()).toMatchObject([{ state: 'waiting', failures: 1 }]);
    // The connection is gone, too.
    server.close();
    await once(server, 'close');
  });

  test('without a mail server a notice fails at once and says so', async () => {
    await begun({ medias: [bench.media('1', 'ana@example.com')] });
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(2 * MINUTE, bench.ports(bench.table, { mailer: null }));
    expect(await bench.notices()).toMatchObject([{ state: 'failed', error: 'not_configured' }]);
  });

  test('an address that a server cannot take is given up at once', async () => {
    await begun({ medias: [bench.media('1', 'añ\u0000a@example.com')] });
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(2 * MINUTE);
    expect(await bench.notices()).toMatchObject([{ state: 'failed', error: 'refused', failures: 1 }]);
  });

  test('nothing from outside becomes a header or another recipient', async () => {
    const evil = 'x\r\nBcc: evil@example.com\u2028X-Evil: 1';
    await begun({ medias: [bench.media('1', `${evil} <ana@example.com>`)] });
    const data = { user_id: `7\r\nBcc: evil@example.com`, identifier_type: evil };
    await bench.tell(bench.happening('rule.overdue', { data }));
    await bench.pass(2 * MINUTE);
    const [got] = bench.mail.got;
    expect(got?.to).toEqual(['ana@example.com']);
    const head = got?.raw.slice(0, got.raw.indexOf('\r\n\r\n')) ?? '';
    expect(head).not.toMatch(/^(bcc|x-evil)/im);
    expect(subjectOf(got?.raw ?? '')).toContain('7 Bcc: evil@example.com');
  });
});

describe('as a webhook', () => {
  test('it is signed for its operator, and says each change for programs', async () => {
    // Its verifier looks at the real time.
    bench.now = Date.now();
    const [id = ''] = await begun({ medias: [bench.media('3', bench.receiver.url)], lang: 'en_US' });
    await bench.tell(bench.happening('device.swapped', { data: { reason: 'serial' } }));
    await bench.pass(2 * MINUTE);
    const [got] = bench.receiver.got;
    const text = 'Another terminal answers in the place of principal (norte)';
    expect(got?.event).toMatchObject({
      type: 'alert',
      subject: `[Sereno] ${text}`,
      total: 1,
      changes: [
        {
          state: 'problem',
          type: 'device.swapped',
          severity: 'high',
          site: 'norte',
          device_id: 'principal',
          times: 1,
          text,
        },
      ],
    });
    const headers = got?.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe(got?.event.id);
    new Verifier(alertSecret(KEY, bench.tenant, id)).verify(got?.body ?? '', headers);
    expect(() =>
      new Verifier(alertSecret(KEY, bench.tenant, '1')).verify(got?.body ?? '', headers),
    ).toThrow();
  });

  test.each([
    ['that is down is tried again under the same id', 503, [2, 'sent']],
    ['that wants nothing more gets nothing more', 410, [1, 'failed']],
  ])('a receiver %s', async (_what, status, [tries, state]) => {
    await begun({ medias: [bench.media('3', bench.receiver.url)] });
    bench.receiver.answer = () => (bench.receiver.got.length === 0 ? status : 204);
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(5 * MINUTE);
    expect(bench.receiver.got).toHaveLength(Number(tries));
    expect(new Set(bench.receiver.got.map(({ event }) => event.id)).size).toBe(1);
    expect(await bench.notices()).toMatchObject([{ state }]);
  });

  test.each(['http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/x', 'ftp://example.com/'])(
    'an address that must not be called is not: %s',
    async (url) => {
      await begun({ medias: [bench.media('3', url)] });
      await bench.tell(bench.happening('agent.offline'));
      await bench.pass(2 * MINUTE);
      expect(await bench.notices()).toMatchObject([{ state: 'failed', error: 'address_forbidden' }]);
    },
  );
});

describe('who is told', () => {
  const NORTE = { site: 'norte', permission: 'read' } as const;
  const toAna = () => ({ medias: [bench.media('1', 'ana@example.com')] });

  test.each<[string, () => Parameters<Bench['operator']>[1], number]>([
    ['who sees the branch', () => ({ ...toAna(), sites: [NORTE] }), 1],
    ['who sees another branch alone', () => ({ ...toAna(), sites: [{ ...NORTE, site: 'sur' }] }), 0],
    [
      'whom a deny keeps out',
      () => ({ ...toAna(), sites: [EVERYWHERE, { site: 'norte', permission: 'deny' }] }),
      0,
    ],
    ['who has no right at all', () => ({ ...toAna(), sites: [] }), 0],
    ['a super admin without rights of a group', () => ({ ...toAna(), sites: [], role: { type: 3 } }), 1],
    ['whose group is disabled', () => ({ ...toAna(), group: { enabled: false } }), 0],
    ['who has no role', () => ({ ...toAna(), roleId: '0' }), 0],
    ['whose role may not read events', () => ({ ...toAna(), role: { scopes: ['users:read'] } }), 0],
    [
      'whose media is switched off',
      () => ({ medias: [bench.media('1', 'ana@example.com', { active: false })] }),
      0,
    ],
    [
      'whose media takes this severity',
      () => ({ medias: [bench.media('1', 'ana@example.com', { severity: 1 << 3 })] }),
      1,
    ],
    [
      'whose media takes all others',
      () => ({ medias: [bench.media('1', 'ana@example.com', { severity: 63 - 8 })] }),
      0,
    ],
    [
      'whose media takes it at this time of the week',
      () => ({
        medias: [bench.media('1', 'ana@example.com', { period: '1,08:00-09:00' })],
        timezone: 'America/La_Paz',
      }),
      1,
    ],
    [
      'whose media takes it at other times',
      () => ({ medias: [bench.media('1', 'ana@example.com', { period: '1,08:00-09:00' })] }),
      0,
    ],
    [
      'with two medias',
      () => ({ medias: [bench.media('1', 'a@example.com'), bench.media('1', 'b@example.com')] }),
      2,
    ],
  ])('%s', async (_who, who, mails) => {
    await begun(who());
    await bench.tell(bench.happening('device.offline'));
    await bench.pass(2 * MINUTE);
    expect(bench.mail.got).toHaveLength(mails);
  });

  test('what is of no branch is for those who see every one', async () => {
    await begun({ ...toAna(), sites: [NORTE] }, { medias: [bench.media('1', 'head@example.com')] });
    await bench.tell(bench.happening('webhook.paused'));
    await bench.pass(2 * MINUTE);
    expect(bench.mail.got.map(({ to }) => to)).toEqual([['head@example.com']]);
  });

  test('of an end hears who has heard of the problem', async () => {
    await begun({ medias: [bench.media('1', 'late@example.com', { period: '1,12:05-24:00' })] }, toAna());
    await bench.tell(bench.happening('device.offline'));
    await bench.pass(10 * MINUTE);
    await bench.tell(bench.happening('device.online'));
    await bench.pass(10 * MINUTE);
    expect(bench.mail.got.map(({ to }) => to)).toEqual([['ana@example.com'], ['ana@example.com']]);
  });

  test.each<[string, Parameters<Bench['change']>[1]]>([
    ['whose role was taken away', { roleId: '0' }],
    ['whose groups were taken away', { groupIds: [] }],
    ['whose media was taken away', { medias: [] }],
  ])('a notice that waits is not sent to one %s since', async (_who, change) => {
    const [id = ''] = await begun(toAna());
    bench.mail.refuse = () => 451;
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(2 * MINUTE);
    bench.mail.refuse = () => 0;
    await bench.change(id, change);
    await bench.pass(10 * MINUTE);
    expect(bench.mail.got).toEqual([]);
    expect(await bench.notices()).toMatchObject([{ state: 'withdrawn' }]);
  });

  test('another company with branches of the same names is told nothing', async () => {
    await begun(toAna());
    const first = bench.tenant;
    bench.newTenant();
    await begun({ medias: [bench.media('1', 'other@example.com')] });
    bench.tenant = first;
    await bench.tell(bench.happening('agent.offline'));
    await bench.pass(2 * MINUTE);
    expect(bench.mail.got.map(({ to }) => to)).toEqual([['ana@example.com']]);
  });
});

test('a storm is one notice an address, which counts and names what each may see', async () => {
  await begun(
    { medias: [bench.media('1', 'head@example.com')], lang: 'en_GB' },
    { medias: [bench.media('1', 'norte@example.com')], sites: [{ site: 'norte', permission: 'read' }] },
  );
  const places = Array.from({ length: 120 }, (_, index) => ({
    site: index < 30 ? 'norte' : `sur-${index % 4}`,
    device: `d${index}`,
  }));
  for (const place of places) await bench.tell(bench.happening('device.offline', place));
  await bench.pass(5 * MINUTE);
  expect(bench.mail.got.map(({ to }) => to[0]).sort()).toEqual(['head@example.com', 'norte@example.com']);
  const byAddress = new Map(bench.mail.got.map(({ to, raw }) => [to[0], raw]));
  expect(subjectOf(byAddress.get('head@example.com') ?? '')).toBe(
    '[Sereno] 120 problems: norte, sur-0, sur-1…',
  );
  expect(byAddress.get('head@example.com')).toContain('and 70 more');
  expect(subjectOf(byAddress.get('norte@example.com') ?? '')).toBe('[Sereno] 30 problemas: norte');
  expect(byAddress.get('norte@example.com')).not.toContain('sur-');
});

test('as many problems as are kept fit into one row, whatever they are called', async () => {
  await begun({ medias: [bench.media('3', bench.receiver.url)] });
  const random = randomOf(7);
  const name = (length: number) =>
    Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[random(36)]).join('');
  const devices = Array.from({ length: MOST_PROBLEMS + 50 }, () => name(64));
  for (const type of ['device.offline', 'device.refused', 'device.offline', 'device.swapped'] as const) {
    const events = devices.map((device) => bench.happening(type, { device, site: name(32), id: name(32) }));
    await bench.tell(...events);
    await bench.run();
  }
  await bench.pass(3 * MINUTE);
  const row = await bench.table.get({ pk: `T#${bench.tenant}`, sk: 'X' });
  const size = Object.values(row ?? {}).reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.length : 50),
    0,
  );
  // A row may have 400 KB, and while it is told the round is in it, too.
  expect(size).toBeLessThan(260 * 1024);
  expect(bench.receiver.got.at(-1)?.event.total).toBe(MOST_PROBLEMS + 1);
}, 60_000);

test('a notice and a problem of another version hold up no others', async () => {
  await begun({ medias: [bench.media('3', bench.receiver.url)], timezone: 'Mars/Olympus' });
  await bench.tell(bench.happening('agent.offline'));
  await bench.run();
  const states = new AlertStates(bench.table);
  const state = await states.get(bench.tenant);
  const [known] = [...(state?.problems.values() ?? [])];
  const strange = { ...known, key: 'job/1', type: 'job.lost' } as never;
  const hold = { holder: 'test', heldUntil: 0 };
  await states.hold(bench.tenant, { ...hold, heldUntil: bench.now + 1 }, bench.now);
  const problems = new Map([...(state?.problems ?? []), ['job/1', strange]]);
  await states.note(bench.tenant, hold, { ...(state as NonNullable<typeof state>), problems });
  const waiting = {
    opsPk: 'NOTICES',
    opsSk: 'a#b',
    pk: 'T#a#X',
    sk: 'b',
    id: 'b',
    tenant: 'a',
    state: 'newer',
  };
  await bench.table.put(waiting);
  await bench.pass(2 * MINUTE);
  expect(bench.receiver.got.map(({ event }) => event.total)).toEqual([1]);
});

test('alerts survive a run that is killed: each notice at least once, under one id, and nothing is told otherwise', async () => {
  for (const seed of Array.from({ length: 8 }, (_, index) => index)) {
    bench.newTenant();
    bench.receiver.got.length = 0;
    const random = randomOf(seed);
    const turns = new Turns(random);
    await begun({ medias: [bench.media('3', bench.receiver.url)] });
    const fated = () => (random(6) > 0 ? null : random(2) > 0 ? ('before' as const) : ('after' as const));
    bench.receiver.answer = () => (random(6) > 0 ? 204 : 503);
    for (let round = 0; round < 12; round++) {
      const [type, device] = [round % 2 === 0 ? 'device.offline' : 'device.online', `d${random(3)}`] as const;
      await bench.tell(bench.happening(type, { device }));
      for (let minute = 0; minute < 2; minute++) {
        const run = (): Promise<void> =>
          bench.run(bench.ports(mortal(bench.table, turns, fated))).catch(() => {});
        await Promise.all([run(), run()]);
        bench.now += 61_000;
      }
    }
    bench.receiver.answer = () => 204;
    await bench.pass(90 * MINUTE);
    const notices = await bench.notices();
    expect(notices.length).toBeGreaterThan(0);
    expect(notices.map(({ state }) => state)).toEqual(notices.map(() => 'sent'));
    const got = bench.receiver.got.map(({ event }) => event);
    expect(new Set(got.map(({ id }) => id))).toEqual(new Set(notices.map(({ id }) => id)));
    // However often it came, it said the same.
    for (const same of Map.groupBy(got, ({ id }) => String(id)).values()) {
      expect(new Set(same.map((event) => JSON.stringify(event.changes))).size).toBe(1);
    }
    for (const device of ['d0', 'd1', 'd2']) {
      const told = notices.flatMap(({ changes }) => changes).filter((change) => change.device === device);
      const states = told.map(({ state }) => state);
      expect(states).toEqual(states.map((_, index) => (index % 2 === 0 ? 'problem' : 'resolved')));
    }
  }
}, 60_000);

test('the password of the mail server goes to that server alone', async () => {
  await begun({ medias: [bench.media('1', 'ana@example.com'), bench.media('3', bench.receiver.url)] });
  bench.mail.refuse = () => 451;
  await bench.tell(bench.happening('agent.offline'));
  await bench.pass(2 * MINUTE);
  expect(bench.mail.passwords).toContain(MAIL_PASSWORD);
  const kept = JSON.stringify(await bench.world.everything());
  const sent = JSON.stringify(bench.receiver.got);
  for (const text of [kept, sent]) expect(text).not.toContain(MAIL_PASSWORD);
});
