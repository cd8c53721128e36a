// Tables that arrive damaged, or not at all.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSet } from './bulk.ts';
import { ZkError } from './errors.ts';
import { bench } from './testing/bench.ts';
import type { Handler } from './testing/peer.ts';
import { type Answers, answering, setOf, sizes, u32 } from './testing/tables.ts';

const { peerOf, talkTo } = bench();

async function talk(handler: Handler) {
  return talkTo(await peerOf('tcp', handler), { timeoutMs: 1000 });
}

const damages: Record<string, [code: string, answers: Answers]> = {
  'a refused read': ['refused', { 1503: (_request, line) => line.reply(2001) }],
  'a refused chunk': [
    'refused',
    { 1503: (_request, line) => line.reply(2000, sizes(100)), 1504: (_request, line) => line.reply(65535) },
  ],
  'a set that says more than it has': [
    'protocol',
    { 1503: (_request, line) => line.reply(1501, u32(100, 1)) },
  ],
  'a set that says less than it has': ['protocol', { 1503: (_request, line) => line.reply(1501, u32(0, 1)) }],
  'a set too short for its length': [
    'protocol',
    { 1503: (_request, line) => line.reply(1501, Buffer.from([1, 2])) },
  ],
  'a run that ends early': [
    'protocol',
    {
      1503: (_request, line) => {
        line.reply(1500, u32(100, 1024));
        line.reply(1501, setOf(20));
        line.reply(2000);
      },
    },
  ],
  'a run that brings too much': [
    'protocol',
    {
      1503: (_request, line) => {
        line.reply(1500, u32(10, 1024));
        line.reply(1501, setOf(20));
      },
    },
  ],
  'an announcement of 4 GB': ['protocol', { 1503: (_request, line) => line.reply(1500, u32(0xffffffff, 1)) }],
  'a size of 4 GB': ['protocol', { 1503: (_request, line) => line.reply(2000, sizes(0xffffffff)) }],
  'a size too short': ['protocol', { 1503: (_request, line) => line.reply(2000, Buffer.from([0, 1])) }],
  'an announcement without a size': ['protocol', { 1503: (_request, line) => line.reply(1500) }],
  'chunks without bytes': [
    'protocol',
    { 1503: (_request, line) => line.reply(2000, sizes(100)), 1504: (_request, line) => line.reply(1501) },
  ],
  'a chunk with more than was asked for': [
    'protocol',
    {
      1503: (_request, line) => line.reply(2000, sizes(100)),
      1504: (_request, line) => line.reply(1501, Buffer.alloc(101)),
    },
  ],
  'another code amid the data': [
    'protocol',
    {
      1503: (_request, line) => {
        line.reply(1500, u32(100, 1024));
        line.reply(1501, setOf(20));
        line.reply(2001);
      },
    },
  ],
  'a stall amid the data': [
    'timeout',
    {
      1503: (_request, line) => {
        line.reply(1500, u32(100, 1024));
        line.reply(1501, setOf(20));
      },
    },
  ],
  'a cut amid the data': [
    'closed',
    {
      1503: (_request, line) => {
        line.reply(1500, u32(100, 1024));
        setImmediate(() => line.cut());
      },
    },
  ],
};

test.each(Object.entries(damages))('%s is one clear error', async (name, [code, answers]) => {
  const conversation = await talk(answering(answers));
  const error = await readSet(conversation, 'users', { timeoutMs: 300 }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ZkError);
  const asked = /chunk/.test(name) ? 'read chunk (1504) of users' : 'prepare read (1503) of users';
  expect(error).toMatchObject({ code, asked });
  // What a whole exchange brought may be judged bad without the line being in doubt.
  const lineInDoubt = code !== 'refused' && !/the set says|an empty chunk/.test((error as ZkError).problem);
  expect(conversation.isOpen).toBe(!lineInDoubt);
});

test('whatever a terminal answers, a read ends with data or one error of this room', async () => {
  const codes = fc.constantFrom(1500, 1501, 2000, 2001, 500, 65535, 1234);
  const frames = fc.array(fc.tuple(codes, fc.uint8Array({ maxLength: 40 }), fc.nat(3)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(frames, async (list) => {
      const conversation = await talk(
        answering({
          1503: (_request, line) => {
            for (const [code, data, count] of list) line.reply(code, Buffer.from(data), count);
            line.cut();
          },
        }),
      );
      const ended = await readSet(conversation, 'users', { timeoutMs: 500 }).catch((error: unknown) => error);
      expect(ended instanceof ZkError || Buffer.isBuffer(ended)).toBe(true);
      conversation.destroy();
    }),
    { numRuns: 60 },
  );
});
