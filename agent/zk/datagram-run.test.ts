// One try over UDP, whatever became of its datagrams: what it calls proven is what was sent.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Command, Reply } from './commands.ts';
import { DatagramRun, type Tried } from './datagram-run.ts';
import type { Answer } from './exchange.ts';
import { u32 } from './testing/tables.ts';

const SESSION = 17871;

/** The frames of a run; `numbered`: the session field counts. */
function framesOf(data: Buffer, piece: number, numbered = true): Answer[] {
  const pieces = Array.from({ length: Math.ceil(data.length / piece) }, (_, count) => ({
    command: Command.data,
    session: numbered ? count : SESSION,
    data: data.subarray(count * piece, (count + 1) * piece),
  }));
  return [
    { command: Command.prepareData, session: SESSION, data: u32(data.length, piece) },
    ...pieces,
    {
      command: Reply.ok,
      session: numbered ? Math.max(0, pieces.length - 1) : SESSION,
      data: Buffer.alloc(0),
    },
  ];
}

function runOf(length: number, mayChange = false): DatagramRun {
  return new DatagramRun({
    asked: 'a table',
    maxBytes: 1_000_000,
    session: SESSION,
    isWhole: (data) => data.length === length,
    mayChange,
    quietMs: 100,
  });
}

/** What the try has brought when nothing more comes. */
function ended(run: DatagramRun, frames: readonly Answer[]): Tried {
  const steps = frames.map((frame) => run.accept(frame, 1));
  const done = steps.find((step) => step.done);
  const last = steps.at(-1);
  return (
    done?.value ?? (last?.done === false ? last.complete?.value : undefined) ?? expect.fail('nothing came')
  );
}

const table = fc.uint8Array({ minLength: 1, maxLength: 6000 }).map((bytes) => Buffer.from(bytes));

describe('whatever is lost, doubled or overtaken', () => {
  const fates = fc.array(
    fc.record({ copies: fc.constantFrom(0, 1, 1, 1, 1, 2), late: fc.integer({ min: 0, max: 4 }) }),
    {
      minLength: 20,
      maxLength: 20,
    },
  );
  const arrived = (frames: Answer[], fate: { copies: number; late: number }[]) =>
    frames
      .map((frame, place) => ({ frame, ...(fate[place % fate.length] ?? { copies: 1, late: 0 }), place }))
      .flatMap(({ frame, copies, late, place }) =>
        Array.from({ length: copies }, () => ({ frame, at: place + late })),
      )
      .sort((a, b) => a.at - b.at)
      .map(({ frame }) => frame);

  test.each([true, false])('what is proven is what was sent (pieces numbered: %s)', (numbered) => {
    fc.assert(
      fc.property(table, fc.integer({ min: 200, max: 1500 }), fates, (data, piece, fate) => {
        const frames = arrived(framesOf(data, piece, numbered), fate);
        if (frames.length === 0) return;
        const tried = ended(runOf(data.length), frames);
        expect(tried.data.equals(data.subarray(0, tried.data.length))).toBe(true);
        if (tried.whole) expect(tried.data.length).toBe(data.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('a numbered run of which everything came is whole, in any order', () => {
    fc.assert(
      fc.property(
        table,
        fc.integer({ min: 200, max: 1500 }),
        fc.infiniteStream(fc.nat()),
        (data, piece, order) => {
          const frames = framesOf(data, piece);
          const shuffled = frames
            .map((frame) => ({ frame, at: order.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ frame }) => frame);
          expect(ended(runOf(data.length), shuffled)).toMatchObject({ whole: true, data });
        },
      ),
    );
  });
});

test('frames of two answers, of a table that changed between them, are not put together', () => {
  const [before, after] = [Buffer.alloc(3000, 1), Buffer.alloc(3000, 2)].map((data) => framesOf(data, 1024));
  const run = runOf(3000, true);
  // The question was sent twice: of the first answer the second piece is lost, and the second answer would fill it.
  const frames = [...before!.filter((_frame, place) => place !== 2), ...after!];
  let whole: Buffer | null = null;
  for (const frame of frames) {
    const step = run.accept(frame, 2);
    if (step.done && step.value.whole) whole = step.value.data;
  }
  expect(whole).toBeNull();
});

test('a piece of a longer answer whose announcement was lost is not all of it', () => {
  const frames = framesOf(Buffer.alloc(3000, 7), 1024);
  expect(ended(runOf(3000), [frames[1]!]).whole).toBe(false);
  expect(ended(runOf(1024), [frames[2]!]).whole).toBe(false);
});

test('one piece alone does not show that a terminal counts', () => {
  // A terminal that does not count, with session 0: its second piece looks like the first one.
  const frames = framesOf(Buffer.from(Array.from({ length: 2000 }, (_, at) => at % 250)), 1024, false);
  const asZero = frames.map((frame) => ({ ...frame, session: 0 }));
  expect(ended(runOf(2000), [asZero[0]!, asZero[2]!]).data.length).toBe(0);
});

test.each([
  ['an empty frame', [{ command: 1501, session: 0, data: Buffer.alloc(0) }], 'without data'],
  ['an announcement beyond all bounds', [{ command: 1500, session: 0, data: u32(0xffffffff) }], 'announced'],
  [
    'an announcement without a size',
    [{ command: 1500, session: 0, data: Buffer.alloc(1) }],
    'without a size',
  ],
])('%s is an error', (_what, frames, problem) => {
  expect(() => ended(runOf(10), frames)).toThrow(problem);
});

test('another code is a refusal before data came, and nonsense amid it', () => {
  const refusal = { command: 2001, session: SESSION, data: Buffer.alloc(0) };
  expect(() => ended(runOf(10), [refusal])).toThrow(
    expect.objectContaining({ code: 'refused', reply: 2001 }),
  );
  const [announcement] = framesOf(Buffer.alloc(3000), 1024);
  expect(() => ended(runOf(3000), [announcement!, refusal])).toThrow(
    expect.objectContaining({ code: 'protocol' }),
  );
});
