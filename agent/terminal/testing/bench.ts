// A terminal of the agent in front of a simulated one, and jobs that note what they are told; for tests.
import { afterEach } from 'vitest';
import { SerenoError } from '../../../shared/errors.ts';
import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../../test/terminal/terminal.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { parseConfig } from '../../config/load.ts';
import type { Result } from '../../result.ts';
import { UNPINNED } from '../pin.ts';
import { Terminal } from '../terminal.ts';
import { type JobRules, type Traces, WriteJob } from '../write-job.ts';
import type { WriteName } from '../writes/kind.ts';
import { parseWish, type Wish } from '../writes/table.ts';

export interface Bench {
  readonly simulated: SimulatedTerminal;
  readonly terminal: Terminal;
  /** Whether the journal's note says that the terminal may be disabled. */
  readonly noted: () => boolean;
  /** From now on no note can be set. */
  fillDisk(): void;
  stop(): Promise<void>;
}

/** `device`: more lines of agent.yaml for the terminal, for example `roster: strict`. */
export async function startBench(
  settings: TerminalSettings = {},
  device = '',
  timeoutMs = 1000,
  clock: Clock = systemClock,
): Promise<Bench> {
  const simulated = await startTerminal(settings);
  const transport = settings.transport === 'udp' ? 'transport: udp,' : '';
  const yaml = `site: s\ndevices:\n  - {id: principal, host: 127.0.0.1, port: ${simulated.port}, timeout: 1, ${transport} ${device}}\n`;
  const [settingsOfDevice] = parseConfig(yaml, 'agent.yaml', {}).devices;
  let noted = false;
  let isFull = false;
  let learnt: string | null = null;
  let pin = UNPINNED;
  let uids: string | null = null;
  const terminal = new Terminal(
    { ...settingsOfDevice!, timeoutMs },
    {
      clock,
      note: {
        dueIn: () => (noted ? 0 : null),
        set: () => {
          if (isFull) throw new SerenoError('agent_storage', { params: { site: 's' } });
          noted = true;
        },
        clear: () => {
          noted = false;
        },
      },
      together: { begin: (work) => work(), note: (work) => work(), settle: (work) => work() },
      dialect: {
        read: () => learnt,
        write: (text) => {
          learnt = text;
        },
      },
      pin: {
        read: () => pin,
        write: (news) => {
          pin = news;
        },
      },
      uids: {
        read: () => uids,
        write: (text) => {
          uids = text;
        },
      },
      onContact: () => undefined,
      onRoster: () => undefined,
      log: { warn: () => undefined, info: () => undefined },
    },
  );
  return {
    simulated,
    terminal,
    noted: () => noted,
    fillDisk: () => {
      isFull = true;
    },
    async stop() {
      await terminal.close();
      await simulated.stop();
    },
  };
}

/** For a test file: starts the bench of a test, which is stopped behind it. */
export function benchOfEachTest(): typeof startBench {
  let bench: Bench | null = null;
  afterEach(async () => {
    await bench?.stop();
    bench = null;
  });
  return async (...settings) => {
    bench = await startBench(...settings);
    return bench;
  };
}

/** A job that notes what it is told; `rules` may be changed under way. */
export class RecordedJob extends WriteJob {
  readonly events: string[] = [];
  result: Result | null = null;
  declare readonly rules: { -readonly [K in keyof JobRules]: JobRules[K] };

  constructor(id: string, wish: Wish, { timeLeft, superseded, keep }: JobOptions) {
    super(id, wish, {
      timeLeft: timeLeft ?? (() => 10_000),
      isSuperseded: () => superseded ?? false,
      mayBeElsewhere: () => false,
      keep: keep ?? null,
      begun: () => void this.events.push('started'),
      written: () => void this.events.push('written'),
      settled: (result) => {
        this.events.push('settled');
        this.result = result;
      },
      contested: () => void this.events.push('contested'),
    });
  }
}

interface JobOptions {
  timeLeft?: () => number;
  superseded?: boolean;
  keep?: JobRules['keep'];
}

let serial = 0;

export function jobOf(
  { op, args, copy }: { op: WriteName; args: object; copy?: () => Buffer },
  options: JobOptions = {},
): RecordedJob {
  const wish = parseWish(op, args, (user_id) => {
    if (copy === undefined) throw new SerenoError('undo_not_found', { params: { user_id } });
    return copy();
  });
  return new RecordedJob(`job-${++serial}`, wish, options);
}

/** The job as an earlier run of the agent left it, or another agent. */
export function doubtful<J extends WriteJob>(job: J, traces: Traces): J {
  job.foundInDoubt(traces);
  return job;
}

export const create = (user_id: string, name = 'Ana', more: object = {}, options: JobOptions = {}) =>
  jobOf({ op: 'user.put', args: { mode: 'create', user_id, fields: { name, ...more } } }, options);
export const update = (user_id: string, fields: object) =>
  jobOf({ op: 'user.put', args: { mode: 'update', user_id, fields } });
export const remove = (user_id: string) => jobOf({ op: 'user.delete', args: { user_id } });
export const nothingMore = () => undefined;

/** The code of a failed job, or `ok`. */
export function codeOf(job: RecordedJob): string | null {
  if (job.result === null) return null;
  return job.result.status === 'ok' ? 'ok' : job.result.error.code;
}
