// Frames of true tables in plausible orders: lost, doubled, swapped, of two answers, with wrong counts and sizes.
import { DataRun } from '../../agent/zk/data-run.ts';
import { DatagramRun } from '../../agent/zk/datagram-run.ts';
import { ZkError } from '../../agent/zk/errors.ts';
import type { Answer } from '../../agent/zk/exchange.ts';
import type { Random } from '../terminal/random.ts';
import { breathe, Flaw, type Target } from './target.ts';

const SESSION = 17_871;
const BREATHE_EVERY = 200;
const FRAME = 64;

/** What a terminal sends for `table`: it counts from 0, or shows its session everywhere. */
function run(table: Buffer, counts: boolean): Answer[] {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(table.length);
  const frames: Answer[] = [{ command: 1500, session: SESSION, data: head }];
  for (let at = 0; at < table.length; at += FRAME) {
    const session = counts ? at / FRAME : SESSION;
    frames.push({ command: 1501, session, data: table.subarray(at, at + FRAME) });
  }
  return [...frames, { command: 2000, session: SESSION, data: Buffer.alloc(0) }];
}

/** What networks do: the table that comes out whole must be the one that went in. */
function disturbed(frames: readonly Answer[], random: Random): Answer[] {
  const result = [...frames];
  for (let change = random.between(0, 6); change > 0 && result.length > 0; change--) {
    const at = random.between(0, result.length - 1);
    const [frame] = result.splice(at, 1);
    const what = random.between(0, 2);
    if (frame === undefined || what === 0) continue;
    result.splice(random.between(0, result.length), 0, frame);
    if (what === 1) result.splice(at, 0, frame);
  }
  return result;
}

/** What terminals do that are broken, or lie: wrong counts, sizes, codes. Anything may come out, but nothing may break. */
function falsified(frames: readonly Answer[], random: Random): Answer[] {
  const number = random.pick([0, 1, 7, 0xffff, random.between(0, 200)]);
  const at = random.between(0, Math.max(0, frames.length - 1));
  return frames.map((frame, index) => {
    if (index !== at) return frame;
    const data = Buffer.from(frame.data);
    if (data.length >= 4 && random.between(0, 1) === 0) data.writeUInt32LE(number);
    const command = random.pick([frame.command, frame.command, 1500, 1501, 2000, 2001, 65_535]);
    return { command, session: random.pick([frame.session, number]), data };
  });
}

function feedOne(random: Random): void {
  const table = random.bytes(random.between(0, 10) * FRAME + random.between(0, FRAME - 1));
  const isTrue = random.between(0, 2) > 0;
  const isDatagrams = random.between(0, 3) > 0;
  const once = disturbed(run(table, random.between(0, 3) > 0), random);
  const frames = isTrue ? once : falsified(once, random);
  const sends = random.between(1, 2);
  const options = { asked: 'fuzz', maxBytes: 2048 };
  const reader = isDatagrams
    ? new DatagramRun({ ...options, session: SESSION, isWhole: () => false, mayChange: true, quietMs: 1 })
    : new DataRun(options);
  try {
    for (const frame of frames) {
      const step = reader.accept(frame, sends);
      if (!step.done) continue;
      const whole = 'whole' in step.value ? step.value.data : null;
      if (isTrue && whole !== null && !whole.equals(table)) {
        throw new Flaw(`a run is whole and another table: ${describe(frames)}`);
      }
      return;
    }
  } catch (error) {
    if (error instanceof ZkError) return;
    if (error instanceof Flaw) throw error;
    throw new Flaw(`a run throws ${String(error)} on ${describe(frames)}`, error);
  }
}

function describe(frames: readonly Answer[]): string {
  return frames.map(({ command, session, data }) => `${command}/${session}/${data.length}`).join(' ');
}

export function sequences(): Target {
  return {
    name: 'sequences',
    async feed(count, random) {
      for (let fed = 0; fed < count; fed++) {
        feedOne(random);
        if (fed % BREATHE_EVERY === 0) await breathe();
      }
      return count;
    },
    close: async () => undefined,
  };
}
