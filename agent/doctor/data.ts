// The doctor checks the data folder: may the agent write there, is there room, does an agent run on it, is its clock right.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Disk, isDiskLow } from '../../shared/domain/agent-health.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { AgentConfig } from '../config/load.ts';
import { isInUse } from '../data-folder.ts';
import { pinsIn } from '../devices/pins.ts';
import { RegisteredDevices } from '../devices/registered.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import { Journal } from '../journal/journal.ts';
import { readStatus, type Status } from '../status.ts';
import { askStatus } from '../status-socket.ts';
import type { Pin } from '../terminal/pin.ts';
import { diskOf } from '../vitals.ts';
import { about, type Finding, messageOf } from './finding.ts';

const MB = 1024 * 1024;
const FULL_BYTES = 50 * MB;
/** Beyond this the agent's deadlines are still right, but its log and its terminals' clocks mislead. */
const SKEW_MS = 5000;
/** A running agent answers at once. */
const ASK_MS = 3000;
const SET_CLOCK = 'Switch time synchronisation on: timedatectl set-ntp true';

/** What the data folder shows besides its own state. */
export interface DataReport {
  readonly findings: readonly Finding[];
  /** The agent that runs on this folder, if one does. */
  readonly running: Status | null;
  /** Null while a running agent keeps them to itself. */
  readonly registered: readonly DeviceSettings[] | null;
  /** The right serial number of each terminal, as the journal knows it; empty while an agent runs. */
  readonly pins: ReadonlyMap<string, Pin>;
  /** This machine's clock minus the cloud's, ms; null where it was never measured. */
  readonly clockOffsetMs: number | null;
}

const NOTHING = { running: null, registered: null, pins: new Map(), clockOffsetMs: null } as const;

export async function examineData(config: AgentConfig): Promise<DataReport> {
  const folder = examineFolder(config.dataDir);
  if (folder.some(({ verdict }) => verdict === 'failure')) {
    return { ...NOTHING, findings: folder };
  }
  const journal = await examineJournal(config);
  return { ...journal, findings: [...folder, ...journal.findings] };
}

function examineFolder(folder: string): Finding[] {
  const data = about('data folder');
  // If it were made here, it might belong to the wrong user.
  if (!existsSync(folder)) return [data.ok(`${folder} is not there yet: the first run makes it.`)];
  try {
    // A new file under a name that nobody can guess: a link prepared under a known name would lead elsewhere.
    const probe = join(folder, `.doctor-${randomUUID()}`);
    writeFileSync(probe, 'x', { mode: 0o600, flush: true, flag: 'wx' });
    rmSync(probe);
  } catch (error) {
    const next =
      'Run the doctor as root or as the user that runs the agent; the folder must be theirs, the disk not full or read-only.';
    return [data.failure(`${folder} cannot be written: ${messageOf(error)}.`, next)];
  }
  const isOpen = (statSync(folder).mode & 0o077) !== 0;
  return [
    isOpen
      ? data.warning(`${folder} can be read by others.`, `chmod 700 ${folder}`)
      : data.ok(`${folder} can be written.`),
    examineRoom(diskOf(folder)),
  ];
}

function examineRoom(found: Disk | null): Finding {
  const disk = about('disk');
  if (found === null) return disk.ok('This system does not say how much is free.');
  const room = `${Math.round(found.free / MB)} MB free.`;
  const next = 'Free some space: an agent that cannot write takes no commands.';
  if (found.free < FULL_BYTES) return disk.failure(room, next);
  return isDiskLow(found, false) ? disk.warning(room, next) : disk.ok(room);
}

async function examineJournal({ dataDir, site }: AgentConfig): Promise<DataReport> {
  const journal = about('journal');
  if (!existsSync(join(dataDir, 'journal.db'))) {
    const found = journal.ok('none yet: no agent has run on this folder.');
    return { ...NOTHING, findings: [found], registered: [] };
  }
  let opened: Journal;
  try {
    opened = Journal.open(dataDir, site);
  } catch (error) {
    return examineLocked(dataDir, error);
  }
  try {
    const depth = opened.depth;
    const noted = opened.notes.read('clock_offset');
    const clockOffsetMs = noted === null ? null : Number(noted);
    const words = depth === 0 ? 'nothing waits' : `${depth} commands wait for the next start`;
    return {
      findings: [
        journal.warning(
          `No agent runs on this folder; ${words}.`,
          'Start it: sereno-agent run, or its service.',
        ),
        examineClock(clockOffsetMs, 'when an agent last ran'),
      ],
      running: null,
      registered: new RegisteredDevices(opened.notes).list(),
      pins: pinsIn(opened.notes),
      clockOffsetMs,
    };
  } finally {
    opened.close();
  }
}

/** A journal that cannot be opened is either in use or broken. */
async function examineLocked(dataDir: string, error: unknown): Promise<DataReport> {
  const journal = about('journal');
  const cause = error instanceof SerenoError ? error.cause : error;
  if (!isInUse(cause)) {
    const next =
      'Move journal.db aside and start the agent: it begins a new one, and says "unknown" of older commands.';
    return {
      ...NOTHING,
      findings: [journal.failure(`It cannot be opened: ${messageOf(cause)}.`, next)],
    };
  }
  const status = (await askStatus(dataDir, ASK_MS)) ?? readStatus(dataDir);
  if (status === null) return { ...NOTHING, findings: [journal.ok('An agent runs on this folder.')] };
  const { hello, pid, refused } = status;
  return {
    findings: [
      journal.ok(`An agent runs on this folder (pid ${pid}); ${hello.journalDepth} commands wait.`),
      examineConnection(status),
      ...examineRules(status),
      ...(refused.length === 0
        ? []
        : [
            about('devices').failure(
              `Another site holds ${refused.join(', ')}: the API reaches them there.`,
              'Give them ids of their own, or take them out of one of the two sites.',
            ),
          ]),
      examineClock(hello.clockOffsetMs, 'as the running agent measured it'),
    ],
    running: status,
    registered: null,
    pins: new Map(),
    clockOffsetMs: hello.clockOffsetMs,
  };
}

/** What brokers answer to a certificate that they do not accept, or no longer accept. */
const NOT_TAKEN = /not.?authori[sz]ed|unauthori[sz]ed|bad.?user|certificate/i;

function examineConnection({ connected, lineProblem = '' }: Status): Finding {
  const line = about('agent');
  if (connected) return line.ok('It is connected to the cloud.');
  const found = `It has no line to the cloud${lineProblem === '' ? '' : ` (${lineProblem})`}.`;
  if (!NOT_TAKEN.test(lineProblem)) {
    return line.failure(found, 'See the findings on the cloud below, and the log of the agent.');
  }
  const next =
    'Its certificate was revoked, or replaced by enrolling another machine for this site: enrol this one anew with sereno-agent enroll.';
  return line.failure(found, next);
}

/** Nothing where there are none: most branches have none. */
function examineRules({ rules = { kept: 0, overdue: 0 } }: Status): Finding[] {
  const { kept, overdue } = rules;
  const line = about('rules');
  if (kept === 0) return [];
  if (overdue === 0) return [line.ok(`It keeps ${kept} of them.`)];
  return [
    line.failure(
      `It keeps ${kept}; ${overdue} should be off a terminal and are not known to be.`,
      'See the terminals below: the agent takes them off as soon as it can reach them.',
    ),
  ];
}

function examineClock(offsetMs: number | null, when: string): Finding {
  const clock = about('clock');
  if (offsetMs === null) {
    return isAdrift()
      ? clock.warning('It is not set over the network, and not compared with the cloud yet.', SET_CLOCK)
      : clock.ok('Not compared with the cloud yet: no command has come directly.');
  }
  const seconds = Math.abs(offsetMs / 1000).toFixed(1);
  const words = `${seconds} s ${offsetMs < 0 ? 'behind' : 'ahead of'} the cloud's, ${when}.`;
  if (Math.abs(offsetMs) <= SKEW_MS) return clock.ok(words);
  return clock.warning(words, SET_CLOCK);
}

/** What systemd knows of the clock, where there is one. */
function isAdrift(): boolean {
  const show = ['show', '--property=NTPSynchronized', '--value'];
  const { status, stdout } = spawnSync('timedatectl', show, { encoding: 'utf8' });
  return status === 0 && stdout.trim() === 'no';
}
