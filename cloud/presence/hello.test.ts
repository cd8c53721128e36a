// What is stored of what agents say of themselves and their terminals, and what is passed over.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MalformedMessage } from './presence.ts';
import { Branches, base64, helloOf } from './testing/branches.ts';

let branches: Branches;
beforeAll(async () => {
  branches = await Branches.start();
});
afterAll(() => branches.world.close());
beforeEach(() => branches.clear());

describe('what a hello may say', () => {
  const greetRaw = (entries: readonly unknown[], at = 1000) =>
    branches.apply({
      tenant: 'acme',
      site: 'casa',
      kind: 'hello',
      at,
      body: base64({ ...helloOf([], { at }), devices: entries }),
    });
  const entry = (id: string, change: object = {}) => ({ ...helloOf([id]).devices[0]!, ...change });

  test.each<[string, unknown]>([
    ['a name with a line break', entry('bad', { name: 'Main\nsecond line' })],
    ['a name that turns the direction around', entry('bad', { name: 'abc\u202etxt' })],
    ['half a character', entry('bad', { name: 'a\ud800' })],
    ['a host with an escape', entry('bad', { host: '10.0.0.1\u001b[2J' })],
    ['a name without end', entry('bad', { name: 'x'.repeat(129) })],
    ['a time zone with a null', entry('bad', { timezone: 'UTC\0' })],
    ['an id that is none', entry('BAD id')],
    ['nothing', null],
    ['a number', 7],
  ])('%s is ignored and counted, and the other devices are there', async (_, bad) => {
    expect(await greetRaw([entry('a'), bad, entry('b')])).toMatchObject({ applied: true, dropped: 1 });
    expect(await branches.ids()).toEqual(['a', 'b']);
  });

  test('a bad entry leaves its own device as it was', async () => {
    await greetRaw([entry('a'), entry('b', { name: 'Good' })], 1000);
    expect(await greetRaw([entry('a'), entry('b', { name: 'B\u0007' })], 2000)).toMatchObject({ dropped: 1 });
    expect(await branches.directory.device('acme', 'b')).toMatchObject({ name: 'Good' });
  });

  test('how punches are collected is kept as it was said last; what makes no sense is passed over', async () => {
    const punches = { mode: 'live', history: { done: 400, total: 100_000 } };
    await greetRaw([entry('a', { punches })], 1000);
    expect(await branches.directory.device('acme', 'a')).toMatchObject({ punches });
    await greetRaw([entry('a', { punches: { mode: 'perhaps' } })], 2000);
    expect((await branches.directory.device('acme', 'a'))?.punches ?? null).toBe(null);
  });

  test('reason and serial with such characters are left out, the device stays', async () => {
    const reason = { code: 'device_unreachable', params: { address: 'x\u202ey' } };
    await greetRaw([
      entry('a', { state: 'offline', reason, serial: 'S\u0001' }),
      entry('b', { reason: { code: 'No Code!', params: {} } }),
    ]);
    expect(await branches.directory.device('acme', 'a')).toMatchObject({
      state: 'offline',
      reason: null,
      serial: null,
    });
    expect(await branches.directory.device('acme', 'b')).toMatchObject({ reason: null });
  });

  test.each(['{', '[]', '{"v":2}', '"\u0000"', ''])(
    'a message that is none is malformed: %j',
    async (text) => {
      const body = Buffer.from(text).toString('base64');
      for (const kind of ['hello', 'will'] as const) {
        if (kind === 'will') await branches.greet('casa', helloOf([]), 1000);
        const event = { tenant: 'acme', site: 'casa', kind, at: 2000, body };
        await expect(branches.apply(event)).rejects.toThrow(MalformedMessage);
      }
    },
  );
});
