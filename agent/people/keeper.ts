// Keeps the people of one terminal: who must not be there is taken off first, who is wanted is put there, and what became of it is told.
import type { Outcome } from '../access/outcome.ts';
import { type Ended, Running } from '../access/running.ts';
import { limitOf } from '../clock.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { type Finding, findingOf, findingOfTask, isAboutThePerson, outcomeOfTask } from './findings.ts';
import type { KeeperPorts } from './keeper-ports.ts';
import { taskOf } from './make-task.ts';
import { badgeBook, badgesToClear, type PlanPorts, planPerson, removal } from './plan.ts';
import { Rests } from './rests.ts';
import type { PersonTask } from './task.ts';
import { eventOf, wordOf } from './telling.ts';
import type { Wanted } from './wanted.ts';

/** How long the table of a terminal may keep the keeper waiting. */
const LOOK_MS = 60_000;
/** A terminal that is away is tried again so soon while somebody is to leave it, and else so soon; sooner if it answers. */
const LEAVING_RETRY_MS = 5000;
const RETRY_MS = 30_000;
/** Whoever has changed a user meanwhile is done soon. */
const SOON_MS = 500;
/** So many events go to the disk together. */
const EVENTS_AT_ONCE = 200;

export class Keeper {
  readonly #device: string;
  readonly #ports: KeeperPorts;
  readonly #running: Running<PersonTask>;
  readonly #rests: Rests;
  readonly #plan: PlanPorts;
  #isKeeping = false;
  #isAgain = false;
  /** The table is to be looked at, whatever is known. */
  #mustLook = false;
  #cancelRetry: (() => void) | null = null;
  #isLater = false;
  #isStopped = false;

  constructor(device: string, ports: KeeperPorts) {
    const { clock, writes, log, store } = ports;
    this.#device = device;
    this.#ports = ports;
    this.#rests = new Rests(clock, () => this.lookSoon(0));
    this.#plan = {
      ruled: (userId) => ports.ruled(device, userId),
      byBadge: (userId) => store.byBadge(device, userId),
    };
    this.#running = new Running<PersonTask>(device, {
      ...{ clock, writes, log },
      keep: (tasks) => store.atomically(() => tasks.forEach((task) => void store.putTask(task))),
      settle: (ended) => this.#noteEnded(ended),
      onSettled: (ended) => this.#settled(ended),
      judge: outcomeOfTask,
    });
  }

  /** Goes on with what an earlier run had begun, and looks at the terminal after it. */
  resume(tasks: readonly PersonTask[]): void {
    this.#mustLook = true;
    this.#running.order(tasks);
    this.keep();
  }

  stop(): void {
    this.#isStopped = true;
    this.#running.stop();
    this.#rests.stop();
    this.#cancelRetry?.();
  }

  /** Something else is wanted of these. */
  changed(people: readonly string[]): void {
    for (const person of people) this.#rests.end(person);
    this.#mustLook = true;
    this.keep();
  }

  /** Takes off whoever must go, then does what is due. */
  keep(): void {
    this.#takeOff();
    this.#isAgain = true;
    if (this.#isKeeping || this.#isStopped) return;
    this.#isKeeping = true;
    void this.#keepOn();
  }

  /** The terminal answers: what has failed is tried at once. */
  retryNow(): void {
    if (this.#cancelRetry === null) return;
    this.#endRetry();
    this.keep();
  }

  /** A table that was read in full shows how everybody stands. */
  saw(roster: Roster): void {
    const { epoch } = this.#running;
    setImmediate(() => {
      if (this.#isStopped) return;
      if (epoch === this.#running.epoch) this.#try(() => this.#consider(roster));
      else this.lookSoon(0);
    });
  }

  /** The table is looked at after `ms`. */
  lookSoon(ms = SOON_MS): void {
    if (this.#isLater || this.#isStopped) return;
    this.#isLater = true;
    this.#ports.clock.after(ms, () => {
      this.#isLater = false;
      this.#mustLook = true;
      this.keep();
    });
  }

  async #keepOn(): Promise<void> {
    try {
      while (this.#isAgain && !this.#isStopped) {
        this.#isAgain = false;
        if (this.#cancelRetry === null && (this.#mustLook || this.#isDue())) await this.#look();
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isKeeping = false;
    }
  }

  /** Needs no look at the terminal: the write itself looks who is there. */
  #takeOff(): void {
    if (this.#cancelRetry !== null || this.#isStopped) return;
    this.#try(() => {
      const due = this.#ports.store.due(this.#device);
      const tasks = due.flatMap((wanted) => {
        const badges = badgesToClear(wanted, this.#plan);
        if (badges.length === 0 || !this.#isFree(wanted, badges)) return [];
        return taskOf(wanted, { writes: badges.map(removal), repairs: null }, this.#ports.now());
      });
      this.#running.launch(tasks);
    });
  }

  /** @throws SerenoError where the terminal's table cannot be had */
  async #look(): Promise<void> {
    const { tables, clock } = this.#ports;
    this.#mustLook = false;
    const { epoch } = this.#running;
    try {
      const { roster } = await tables.users(this.#device, limitOf(clock, LOOK_MS));
      if (this.#isStopped) return;
      if (epoch === this.#running.epoch) return this.#consider(roster);
      this.#mustLook = true;
      this.#isAgain = true;
    } catch (error) {
      this.#mustLook = true;
      throw error;
    }
  }

  /** Notes and tells how everybody stands, and begins what is to be done about it. @throws SerenoError `agent_storage` */
  #consider(roster: Roster): void {
    const { store, now, serial } = this.#ports;
    store.meet(this.#device, serial(this.#device));
    const tasks: PersonTask[] = [];
    const findings: Finding[] = [];
    let somebodyWaits = false;
    const all = store.of(this.#device);
    const plan = { ...this.#plan, byBadge: badgeBook(all) };
    for (const wanted of all) {
      if (!wanted.isKept || !this.#isFree(wanted, [wanted.userId, ...wanted.former])) continue;
      const step = planPerson(wanted, roster, plan);
      if (step.kind === 'waits') somebodyWaits = true;
      if (step.kind === 'differs' && this.#isToBePutRight(wanted)) {
        const repairs = wanted.reached ? step.fields : null;
        tasks.push(taskOf(wanted, { writes: step.writes, repairs }, now()));
      } else {
        const finding = findingOf(wanted, step);
        if (finding !== null) findings.push(finding);
      }
    }
    if (somebodyWaits && findings.length > 0) this.lookSoon(0);
    while (findings.length > 0) this.#note(findings.splice(0, EVENTS_AT_ONCE));
    this.#running.launch(tasks);
  }

  #isToBePutRight({ want, reached }: Wanted): boolean {
    return want === null || !reached || this.#ports.manner(this.#device) === 'repair';
  }

  #isDue(): boolean {
    const { store } = this.#ports;
    return store.due(this.#device).some((wanted) => this.#isFree(wanted, [wanted.userId]));
  }

  /** Nothing of ours is on the way for these badges, and nothing of the cloud's is in doubt. */
  #isFree({ person }: Wanted, badges: readonly string[]): boolean {
    if (this.#rests.has(person) || badges.some((badge) => this.#running.isBusy(badge))) return false;
    const isInDoubt = badges.some((badge) => this.#ports.tables.inDoubt(this.#device, badge));
    if (isInDoubt) this.lookSoon();
    return !isInDoubt;
  }

  /** @throws SerenoError `agent_storage` */
  #note(findings: readonly Finding[]): void {
    const { store, tell, now } = this.#ports;
    tell(
      findings.flatMap(({ wanted, news }) => (news === null ? [] : eventOf(store.id, wanted, news, now()))),
    );
    store.atomically(() => {
      for (const { wanted, news, set } of findings) {
        const told = news === null ? {} : { told: wordOf(news), tells: wanted.tells + 1 };
        store.put({ ...wanted, ...set, ...told });
      }
    });
    const there = findings.filter(({ set, wanted }) => set.reached === true && wanted.want !== null);
    if (there.length > 0) this.#ports.onPresent(there.map(({ wanted }) => wanted.person));
  }

  /** @throws SerenoError `agent_storage` */
  #noteEnded(ended: readonly Ended<PersonTask>[]): void {
    const { onWritten, store } = this.#ports;
    for (const { task, outcome } of ended) {
      if (outcome.kind === 'done') for (const write of task.writes) onWritten(this.#device, write);
    }
    const findings = ended.flatMap((each) => {
      const wanted = store.find(this.#device, each.task.person);
      return wanted === undefined ? [] : (findingOfTask(wanted, each, this.#plan) ?? []);
    });
    this.#note(findings);
    store.atomically(() => {
      for (const { task } of ended) store.removeTask(task.id);
    });
  }

  #settled(ended: readonly Ended<PersonTask>[]): void {
    for (const { task, outcome } of ended) this.#afterwards(task, outcome);
    this.keep();
  }

  /** It did not come to what was planned: that is looked at, and tried again. */
  #afterwards(task: PersonTask, outcome: Outcome): void {
    if (outcome.kind === 'done') return this.#rests.end(task.person);
    const { kind, code } = outcome;
    this.#ports.log.warn({ device: this.#device, outcome: kind, code }, 'a person is not as wanted yet');
    this.#mustLook = true;
    if (kind === 'away' || (kind === 'refused' && !isAboutThePerson(outcome))) this.#backOff();
    else this.#rests.begin(task.person);
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The terminal's table could not be had, or the disk is full. */
  #failed(error: unknown): void {
    if (this.#isStopped) return;
    this.#ports.log.warn({ device: this.#device, err: error }, 'people are not kept at the moment');
    this.#mustLook = true;
    this.#backOff();
  }

  #backOff(): void {
    const { clock, store } = this.#ports;
    if (this.#cancelRetry !== null) return;
    const isLeaving = store.due(this.#device).some(({ want }) => want === null);
    this.#cancelRetry = clock.after(isLeaving ? LEAVING_RETRY_MS : RETRY_MS, () => {
      this.#endRetry();
      this.keep();
    });
  }

  #endRetry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }
}
