import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Gathering } from './gathering.ts';
import { ask, queueOf, SlowTerminal, settle, write } from './testing/slow-terminal.ts';

it('waits until nothing has come for a moment, and at most half a second', async () => {
  const clock = new ManualClock();
  const gathering = new Gathering(clock);
  const came = [write('a'), write('b'), write('c')];
  for (const item of came) gathering.came(item);
  expect(gathering.over(came.slice(1))).toBeNull();
  let isOver = false;
  void gathering.over(came)!.then(() => {
    isOver = true;
  });
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settle();
    return isOver;
  };
  expect(await advance(50)).toBe(false);
  gathering.came(write('d'));
  expect(await advance(50)).toBe(false);
  expect(await advance(10)).toBe(true);

  isOver = false;
  void gathering.over(came)?.then(() => {
    isOver = true;
  });
  await settle();
  expect(isOver).toBe(true);

  isOver = false;
  gathering.came(write('e'));
  void gathering.over(came)!.then(() => {
    isOver = true;
  });
  for (let ms = 0; ms < 480; ms += 20) {
    gathering.came(write('f'));
    expect(await advance(20)).toBe(false);
  }
  gathering.came(write('g'));
  expect(await advance(20)).toBe(true);
  expect(clock.waiting).toBe(0);
});

it('has the terminal write at once what comes in a rush, and lets nothing else wait for its end', async () => {
  const clock = new ManualClock();
  const terminal = new SlowTerminal();
  const gates: (() => void)[] = [];
  terminal.write = (first) => {
    terminal.batches.push(first.map(({ id }) => id));
    return new Promise((resolve) => gates.push(resolve));
  };
  const queue = queueOf(terminal, { clock });
  const end = async () => {
    gates.shift()?.();
    await settle();
  };
  for (const id of ['1', '2', '3', '4']) queue.push(write(id));
  await end();
  queue.push(write('5'));
  expect(terminal.batches).toEqual([['1']]);
  clock.advance(60);
  await settle();
  expect(terminal.batches).toEqual([['1'], ['2', '3', '4', '5']]);

  for (const id of ['6', '7', '8']) queue.push(write(id));
  await end();
  expect(terminal.batches).toHaveLength(2);
  const question = ask('q', []);
  queue.push(question.item);
  await settle();
  expect(terminal.batches.at(-1)).toEqual(['6', '7', '8']);

  const given = ['9', '10', '11'].map((id) => write(id));
  await end();
  for (const item of given) queue.push(item);
  question.end();
  await settle();
  await queue.stop();
  expect(terminal.batches).toHaveLength(3);
});
