// Malicious terminals: each read ends soon, in a true error, and costs little.
import { expect, test } from 'vitest';
import { HOSTILITIES, type Hostility } from '../../test/terminal/hostile.ts';
import { startTerminal } from '../../test/terminal/terminal.ts';
import { readSet } from './bulk.ts';
import { Conversation } from './conversation.ts';
import { readCounters } from './counters.ts';
import type { Trouble } from './errors.ts';
import { errorOf } from './testing/bench.ts';

const TROUBLES: Readonly<Record<Exclude<Hostility, 'trickle'>, Trouble>> = {
  'empty-frames': 'garbled',
  'tiny-frames': 'flood',
  'huge-set': 'too_much',
  'punches-12m': 'too_much',
  'junk-48m': 'garbled',
  events: 'flood',
  strays: 'flood',
  'endless-frame': 'flood',
};

const fast = HOSTILITIES.filter((kind) => kind !== 'trickle');

test.each(fast)(
  '%s: a read ends in a true error',
  async (hostile) => {
    const terminal = await startTerminal({ hostile, logLimit: 10 });
    try {
      const at = {
        host: '127.0.0.1',
        port: terminal.port,
        transport: 'tcp',
        commKey: 0,
        timeoutMs: 2000,
      } as const;
      const conversation = await Conversation.open(at);
      const counters = await readCounters(conversation);
      const read = readSet(conversation, 'attendance', { capacity: counters?.capacity });
      if (hostile === 'junk-48m') {
        expect((await read).every((byte) => byte === 0)).toBe(true);
        conversation.destroy();
        return;
      }
      const error = await errorOf(read);
      expect(error).toMatchObject({ code: 'protocol', trouble: TROUBLES[hostile] });
      conversation.destroy();
    } finally {
      await terminal.stop();
    }
  },
  20_000,
);

test('a frame every three seconds is borne for so long and no longer', async () => {
  const terminal = await startTerminal({ hostile: 'trickle' });
  try {
    const at = {
      host: '127.0.0.1',
      port: terminal.port,
      transport: 'tcp',
      commKey: 0,
      timeoutMs: 4000,
    } as const;
    const conversation = await Conversation.open(at);
    const error = await errorOf(readSet(conversation, 'users'));
    expect(error).toMatchObject({ code: 'protocol', trouble: 'too_slow' });
  } finally {
    await terminal.stop();
  }
}, 30_000);
