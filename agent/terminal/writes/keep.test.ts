import { describe, expect, it } from 'vitest';
import { SerenoError } from '../../../shared/errors.ts';
import { codeOf, create, jobOf, nothingMore } from '../testing/bench.ts';
import { undoBenchOfEachTest } from '../testing/undo-bench.ts';
import { decodeUndoCopy } from './undo-copy.ts';

const { start, asked, askedOf, templatesOf } = undoBenchOfEachTest();

describe('keeping what a delete takes away', () => {
  it('asks for all fingers at once if the terminal says that it has none', async () => {
    const { terminal, remove, copies } = await start({ templates: 0 });
    await terminal.write([remove('1001')], nothingMore);
    expect(decodeUndoCopy(copies.get('1001')!).fingers).toEqual([]);
    expect(asked(88)).toBe(0);
    expect(askedOf('templates')).toBe(1);
  });

  it('asks for none again of users who have none, while the counters stand still, also within a window', async () => {
    const { terminal, remove, copies } = await start();
    await terminal.write([create('900')], nothingMore);
    await terminal.write([remove('1001')], nothingMore);
    const reads = askedOf('templates');
    const more = [remove('900')];
    await terminal.write([remove('1003')], nothingMore);
    await terminal.write([create('901')], () => more.shift());
    expect([...copies.values()].map((bytes) => decodeUndoCopy(bytes).fingers.length)).toEqual([2, 0, 0]);
    expect(askedOf('templates')).toBe(reads);
    await terminal.write([remove('1002')], nothingMore);
    expect(decodeUndoCopy(copies.get('1002')!).fingers).toHaveLength(1);
  });

  it('keeps the finger that somebody without any has enrolled at the keypad meanwhile', async () => {
    const { simulated, terminal, remove, copies } = await start();
    await terminal.write([create('900')], nothingMore);
    await terminal.write([remove('1001')], nothingMore);
    simulated.keypad.addFinger('1003', 4);
    await terminal.write([remove('1003')], nothingMore);
    expect(decodeUndoCopy(copies.get('1003')!).fingers).toMatchObject([{ finger: 4 }]);
  });

  it('believes no counter of fingers that does not agree with the set', async () => {
    const { terminal, remove } = await start({ countersSay: { fingers: 0 } });
    await terminal.write([create('900')], nothingMore);
    await terminal.write([remove('1001')], nothingMore);
    const reads = askedOf('templates');
    await terminal.write([remove('1003')], nothingMore);
    expect(askedOf('templates')).toBe(reads + 1);
  });

  it('reads fingers while the terminal is still enabled', async () => {
    const { simulated, terminal, remove, copies } = await start();
    await terminal.roster();
    simulated.faults.add({ kind: 'delay', command: 1503, ms: 200, times: 1 });
    await terminal.write([remove('1001')], nothingMore);
    expect(decodeUndoCopy(copies.get('1001')!).fingers).toHaveLength(2);
    const [stretch] = simulated.disabledStretches;
    expect(stretch!.to! - stretch!.from).toBeLessThan(200);
  });

  it('reads the fingers of many users at once', async () => {
    const { terminal, remove, copies } = await start();
    await terminal.write(['1001', '1002', '1003'].map(remove), nothingMore);
    expect([...copies.values()].map((bytes) => decodeUndoCopy(bytes).fingers.length)).toEqual([2, 1, 0]);
    expect(askedOf('templates')).toBe(1);
    expect(asked(88)).toBe(0);
  });

  it('still deletes if the terminal does not hand out fingers', async () => {
    const { simulated, terminal, remove, copies } = await start({ counters: 'none' });
    simulated.faults.add({ kind: 'refuse', command: 88, reply: 65_532 });
    const gone = remove('1001');
    await terminal.write([gone], nothingMore);
    expect(codeOf(gone)).toBe('ok');
    expect(decodeUndoCopy(copies.get('1001')!).fingers).toEqual([]);
  });

  it('deletes nobody whose copy could not be stored', async () => {
    const { simulated, terminal } = await start();
    const keep = () => {
      throw new SerenoError('agent_storage', { params: { site: 's' } });
    };
    const gone = jobOf({ op: 'user.delete', args: { user_id: '1001' } }, { keep });
    await terminal.write([gone], nothingMore);
    expect(gone.result).toMatchObject({ error: { code: 'agent_storage', applied: 'no' } });
    expect(simulated.users().map(({ userId }) => userId)).toContain('1001');
    expect(gone.events).toEqual(['settled']);
    expect(simulated.enabled).toBe(true);
  });

  it('keeps the order of one user and his successors in one batch', async () => {
    const { simulated, terminal, remove, restore, copies } = await start();
    const jobs = [
      create('2000', 'New'),
      remove('2000'),
      create('2000', 'Newer'),
      remove('1001'),
      restore('1001'),
    ];
    await terminal.write(jobs, nothingMore);
    expect(jobs.map(codeOf)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(simulated.users().find(({ userId }) => userId === '2000')?.name).toBe('Newer');
    expect(copies.size).toBe(2);
    expect(templatesOf(11)).toHaveLength(2);
  });

  it('keeps nothing where nothing is to be kept', async () => {
    const { terminal } = await start();
    const gone = jobOf({ op: 'user.delete', args: { user_id: '1001', purge: true } });
    await terminal.write([gone], nothingMore);
    expect(codeOf(gone)).toBe('ok');
    expect(asked(88)).toBe(0);
    expect(askedOf('templates')).toBe(0);
  });
});
