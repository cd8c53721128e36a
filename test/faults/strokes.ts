// Carries out the strokes of a schedule at their moments, and takes every standing fault away at its end.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keypad } from '../terminal/keypad.ts';
import type { SetAnew } from '../terminal/state.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Act, type JournalDeath, nameOf, type Stroke } from './acts.ts';
import type { Arena } from './arena.ts';
import { describe } from './caller.ts';
import { type Change, type Happening, KEYPAD } from './model.ts';
import { takePlace } from './rival.ts';
import type { Schedule } from './schedule.ts';
import type { Timeline } from './timeline.ts';
import { Triggers } from './triggers.ts';
import { refusesToBeDisabled } from './witness.ts';

/** What terminals answer to a connect that they do not take. */
const DECLINED = 6001;

/** How often a kind of fault struck. */
export type Counts = Partial<Record<string, number>>;

const KEYPAD_KINDS = { create: 'keypad-added', update: 'keypad-edited', delete: 'keypad-deleted' } as const;

export class Strokes {
  /** By kind, counted as they strike: an order that nothing came to meet is none. */
  readonly counts: Counts = {};
  /** At which moments the agent was killed. */
  readonly deaths: Counts = {};
  /** Commits that power cuts took. */
  lostCommits = 0;
  /** What was done at the keypad, by user. */
  readonly keypad: (Happening & { readonly userId: string })[] = [];
  readonly #arena: Arena;
  readonly #terminal: SimulatedTerminal;
  readonly #timeline: Timeline;
  readonly #end = new AbortController();
  readonly #standing = new Set<() => unknown>();
  readonly #running = new Set<Promise<unknown>>();
  #isTaken = false;
  /** As the terminal was set before anything struck. */
  readonly #settings: SetAnew;
  /** The agent minds one moment of its journal at a time. */
  #dying: Promise<unknown> = Promise.resolve();

  constructor(arena: Arena, terminal: SimulatedTerminal, timeline: Timeline) {
    this.#arena = arena;
    this.#terminal = terminal;
    const { pin2Width, letters, firmware } = terminal.options;
    this.#settings = { pin2Width, letters, firmware };
    this.#timeline = timeline;
  }

  start({ strokes }: Schedule): void {
    const { line } = this.#arena;
    line.onStrike = (kind) => this.#struck(kind);
    const triggers = new Triggers(this.#terminal, line, this.#end.signal);
    for (const stroke of strokes) {
      if (isAtJournal(stroke)) this.#dieLater(stroke);
      else triggers.add(stroke.when, (moment) => this.#track(this.#strike(stroke.act, moment)));
    }
  }

  /** Nothing strikes any more; what stands is taken away. Resolves when all of it is. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#dying;
    await Promise.all(this.#running);
    await Promise.all([...this.#standing].map((undo) => undo()));
    this.#standing.clear();
  }

  #dieLater({ when, act }: JournalDeath): void {
    this.#dying = this.#dying.then(async () => {
      if (this.#end.signal.aborted || !(await this.#arena.dieAt(when, this.#end.signal))) return;
      await this.#strike(act, when.journal);
    });
  }

  async #strike(act: Act, moment: string): Promise<void> {
    const { kind, ...details } = act;
    if (kind !== 'keypad') this.#timeline.note(`** ${kind} ${JSON.stringify(details)} at ${moment}`);
    const arena = this.#arena;
    switch (act.kind) {
      case 'agent-killed':
        this.#died(kind, moment);
        return arena.agent.kill();
      case 'power-cut':
        this.#died(kind, moment);
        return this.#cutPower();
      case 'agent-stopped':
        this.#count(kind);
        return this.#restart();
      case 'broker-restarted':
        this.#count(kind);
        return arena.system.broker.restart();
      case 'line-cut':
        this.#count(kind);
        return arena.cutLine();
      case 'journal-wiped':
        this.#count(kind);
        return arena.wipeJournal();
      case 'disk-full':
        this.#count(kind);
        return this.#stand(act.forMs, this.#fillDisk());
      case 'disk-read-only':
        this.#count(kind);
        arena.setReadOnly(true);
        return this.#stand(act.forMs, () => arena.setReadOnly(false));
      case 'clock-stepped':
        this.#count(kind);
        return arena.setClock(act.aheadMs);
      case 'second-agent':
        this.#count(kind);
        await arena.startTwin();
        return this.#stand(act.forMs, () => this.#takeTwinAway(act.restart));
      case 'agent-copied':
        this.#count(kind);
        await arena.copyAgent();
        return this.#stand(act.forMs, () => this.#takeTwinAway(act.restart));
      case 'terminal-fault': {
        const name = nameOf(act.fault);
        refusesToBeDisabled(this.#terminal, act.fault);
        return this.#stand(
          act.forMs,
          this.#terminal.faults.add(act.fault, () => this.#struck(name)),
        );
      }
      case 'terminal-rebooted':
        this.#count(kind);
        this.#terminal.reorder();
        return this.#terminal.reboot(act.awayMs);
      case 'set-anew':
        this.#count(kind);
        return this.#setAnew(act);
      case 'connect-declined':
        this.#count(kind);
        return this.#declineConnects(act.forMs);
      case 'place-taken':
        return this.#takePlace(act.forMs);
      case 'badge-doubled':
        return this.#double(act);
      case 'keypad':
        return this.#typeIn(act);
      default:
        return arena.line.order(act.kind, act.times, act.ms);
    }
  }

  async #setAnew({ changes, awayMs, forMs }: Act & { kind: 'set-anew' }): Promise<void> {
    const { state } = this.#terminal;
    state.setAnew(changes);
    if (awayMs !== null) await this.#terminal.reboot(awayMs);
    await this.#stand(forMs, () => state.setAnew(this.#settings));
  }

  async #declineConnects(forMs: number): Promise<void> {
    const { options } = this.#terminal;
    options.connectReply = DECLINED;
    this.#terminal.hangUp();
    await this.#stand(forMs, () => {
      options.connectReply = null;
    });
  }

  async #takePlace(forMs: number): Promise<void> {
    // Two programs cannot both have it, nor can what was set before one came be set back behind the other.
    if (this.#isTaken) return;
    this.#isTaken = true;
    const leave = await takePlace(this.#terminal);
    if (leave !== null) {
      this.#count('place-taken');
      await this.#stand(forMs, leave);
    }
    this.#isTaken = false;
  }

  /** A second record of a badge; it stays where nobody can take it away before the faults end. */
  async #double({ userId, name, forMs }: Act & { kind: 'badge-doubled' }): Promise<void> {
    let uid: number | null = null;
    await this.#atKeypad((keypad, at) => {
      uid = keypad.doubleUser(userId, { name });
      this.#done('badge-doubled', at, { userId, change: { kind: 'double', fields: { name } } });
    });
    if (uid === null) return;
    await sleep(forMs, undefined, { signal: this.#end.signal }).catch(() => undefined);
    const twin: number = uid;
    await this.#atKeypad((keypad, at) => {
      keypad.halveUser(userId, twin);
      this.#done('badge-halved', at, { userId, change: { kind: 'halve' } });
    });
  }

  async #takeTwinAway(restart: boolean): Promise<void> {
    await this.#arena.stopTwin();
    if (restart) await this.#restart();
  }

  async #restart(): Promise<void> {
    const { agent } = this.#arena;
    await agent.stop();
    await agent.start();
  }

  async #cutPower(): Promise<void> {
    const lost = await this.#arena.cutPower();
    this.lostCommits += lost;
    this.#timeline.note(`the power cut took ${lost} commits`);
  }

  /** Somebody who comes to the keypad, and waits if it is locked. */
  async #typeIn({ userId, change }: Act & { kind: 'keypad' }): Promise<void> {
    await this.#atKeypad((keypad, at) => {
      if (change.kind === 'create') keypad.addUser({ userId, ...change.fields });
      else if (change.kind === 'update') keypad.editUser(userId, change.fields);
      else keypad.deleteUser(userId);
      this.#done(KEYPAD_KINDS[change.kind], at, { userId, change });
    });
  }

  /** `action` is told when it began: somebody else may do something in the very moment that it is done. */
  async #atKeypad(action: (keypad: Keypad, at: number) => void): Promise<void> {
    const typed = this.#terminal.keypad.whenUnlocked((keypad) => {
      try {
        action(keypad, performance.now());
      } catch (error) {
        // Taken, or not there: the person reads it and goes away.
        if (!(error instanceof RangeError)) throw error;
      }
    });
    const gone = new Promise((resolve) =>
      this.#end.signal.addEventListener('abort', resolve, { once: true }),
    );
    await Promise.race([typed, gone]);
  }

  #done(
    name: string,
    at: number,
    { userId, change }: { readonly userId: string; readonly change: Change },
  ): void {
    this.#count(name);
    this.keypad.push({ userId, author: KEYPAD, from: at, to: at, change, verdict: 'ok' });
    this.#timeline.note(`keypad: ${describe({ userId, change })}`);
  }

  /** The agent's process may not write another byte to any file: EFBIG, as ENOSPC would be. */
  #fillDisk(): () => void {
    const { pid } = this.#arena.agent;
    limitFiles(pid, '0');
    return () => limitFiles(pid, 'unlimited');
  }

  async #stand(ms: number, undo: () => unknown): Promise<void> {
    this.#standing.add(undo);
    await sleep(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
    this.#standing.delete(undo);
    await undo();
    this.#timeline.note('** a standing fault was taken away');
  }

  #died(kind: string, moment: string): void {
    this.#count(kind);
    this.deaths[moment] = (this.deaths[moment] ?? 0) + 1;
  }

  #struck(name: string): void {
    this.#count(name);
    this.#timeline.note(`** ${name} struck`);
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}

function isAtJournal(stroke: Stroke): stroke is JournalDeath {
  return 'journal' in stroke.when;
}

/** Largest file that process may write from now on. A process that is gone has no limits to be set. */
export function limitFiles(pid: number, limit: string): void {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:unlimited`], { stdio: 'ignore' });
  } catch {
    // It was killed in the meantime.
  }
}
