import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packTime } from '../../../test/terminal/wall-clock.ts';
import { DataDirError } from '../data-dir.ts';
import { Control } from './controls.ts';
import { liveIn } from './lived-in.ts';
import { type SimulatedTerminals, startTerminals, stopTerminals } from './terminals.ts';
import { workdays } from './workdays.ts';

describe('working days', () => {
  const workers = Array.from({ length: 8 }, (_, at) => ({ uid: at + 1, userId: `${1001 + at}` }));
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);

  test('lie after the beginning, never after now, in order; asked for in two parts they are the same', () => {
    const moment = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: 0, max: 20 * 86_400_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (end, span, part) => {
          const [since, cut, now] = [iso(end - span), iso(end - span * part), iso(end)];
          const all = workdays(workers, since, now, 1);
          const times = all.map(({ packedTime }) => packedTime);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          expect(times.every((time) => time > packTime(since) && time <= packTime(now))).toBe(true);
          expect([...workdays(workers, since, cut, 1), ...workdays(workers, cut, now, 1)]).toEqual(all);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('have four punches on weekdays and none on Sundays', () => {
    // 5 January 2026 is a Monday.
    const monday = workdays(workers, '2026-01-05T00:00:00', '2026-01-05T23:59:59', 1);
    expect(monday.length).toBeGreaterThanOrEqual(4 * 5);
    expect(workdays(workers, '2026-01-04T00:00:00', '2026-01-04T23:59:59', 1)).toEqual([]);
  });
});

describe('simulated terminals that have been in use', () => {
  let data: string;
  let said: string[];
  const ends: (() => void | Promise<void>)[] = [];
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'sereno-simulated-'));
    said = [];
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    rmSync(data, { recursive: true, force: true });
  });

  async function start(): Promise<SimulatedTerminals> {
    const terminals = await startTerminals();
    ends.push(() => stopTerminals(terminals));
    const at = { folder: join(data, 'terminals'), controls: join(data, 'controls.json') };
    ends.push(await liveIn(terminals, { ...at, say: (line) => said.push(line) }));
    return terminals;
  }
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };

  test('have punches of the last days and of the last minutes, none of the future', async () => {
    const { principal } = await start();
    const now = Date.parse(`${principal.state.clock.now()}Z`);
    const ages = principal.attendance().map(({ time }) => now - Date.parse(`${time}Z`));
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...ages)).toBeLessThan(10 * 60_000);
    expect(Math.max(...ages)).toBeLessThanOrEqual(15 * 86_400_000);
    expect(ages.length).toBeGreaterThan(100);
  });

  test('hold after a restart what they held before: users, fingers, punches', async () => {
    const { principal: before } = await start();
    before.keypad.addUser({ userId: '9001', name: 'Ana Quispe' });
    before.keypad.addFinger('9001', 3);
    before.punch('9001');
    await stop();
    const { principal: after } = await start();
    expect(after.rawUsers()).toEqual(before.rawUsers());
    expect(after.templates()).toEqual(before.templates());
    expect(after.attendance().slice(0, before.attendance().length)).toEqual(before.attendance());
    expect(after.counters()).toMatchObject({ users: before.counters().users });
    expect(statSync(join(data, 'terminals', 'principal.json')).mode & 0o777).toBe(0o600);
  });

  test('whose kept contents are damaged are refused with the way out', async () => {
    await start();
    await stop();
    const file = join(data, 'terminals', 'entrada.json');
    for (const damaged of ['', '{}', readFileSync(file, 'utf8').replace('"users":["', '"users":["AAAA","')]) {
      writeFileSync(file, damaged);
      await expect(start()).rejects.toThrow(DataDirError);
      await expect(start()).rejects.toThrow(/--fresh forgets it/);
    }
  });

  test('are touched by who has the key, from another process', async () => {
    const { principal } = await start();
    await new Control(data, 'principal').punch('1001', 1);
    expect(principal.attendance().at(-1)).toMatchObject({ userId: '1001', state: 1 });
    const { port } = JSON.parse(readFileSync(join(data, 'controls.json'), 'utf8')).principal;
    expect((await fetch(`http://127.0.0.1:${port}/state`)).status).toBe(401);
    await expect(new Control(data, 'principal').punch('77', 0)).rejects.toThrow("no user '77'");
    expect(() => new Control(data, 'norte')).toThrow('principal, entrada');
    await stop();
    expect(existsSync(join(data, 'controls.json'))).toBe(false);
    expect(() => new Control(data, 'principal')).toThrow(/npm start/);
  });
});
