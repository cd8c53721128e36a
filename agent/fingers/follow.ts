// Fingers follow the people of a branch: what was enrolled at one terminal goes to the others at which the person is kept.
//
// How the folder works: look.ts finds out who has which fingers at a terminal (inventory.ts) once its own count of fingers has moved;
// missing.ts says what is missing where; transfer.ts carries it.
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { HandEvent } from '../../shared/wire/events.ts';
import type { Clock } from '../clock.ts';
import { Rests } from '../people/rests.ts';
import type { PeopleStore } from '../people/store.ts';
import { isWantedThere, type Wanted } from '../people/wanted.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { Slices } from '../zk/slices.ts';
import { type FingersSeen, lookAtFingers } from './look.ts';
import { type Carriage, isSettled, missingFingers } from './missing.ts';
import { bitsOf, type Given, giveFingers, takeFingers, wipe } from './transfer.ts';
import type { InTurn, Turn } from './turn.ts';

/** Somebody else had the terminal: looked at again after this, */
const GAVE_WAY_MS = 5000;
/** and so long after it did not answer. */
const FAILED_MS = 60_000;
/** Counters that do not move prove little in the long run. */
const LOOK_AGAIN_MS = 86_400_000;
/** What one terminal may take over one person. */
const CARRY_MS = 60_000;

export interface FingersPorts {
  readonly store: PeopleStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly serial: (device: string) => string | null;
  /** The cloud's time, epoch ms. */
  readonly now: () => number;
  readonly inTurn: InTurn;
  /** On disk when it returns. @throws SerenoError `agent_storage` */
  readonly tell: (event: HandEvent) => void;
  /** Once nobody needs the terminal; `isWanted`: somebody does. Calls `onEnd` in any case. The same `look` waits once. */
  readonly whenIdle: (device: string, look: IdleLook) => void;
}

export interface IdleLook {
  run(turn: Omit<Turn, 'terminal'>, isWanted: () => boolean): Promise<void>;
  /** `hasFailed`: the terminal could not be asked. */
  ended(hasFailed: boolean): void;
}

export class FingersFollow {
  readonly #ports: FingersPorts;
  readonly #looks = new Map<string, IdleLook>();
  readonly #due = new Set<string>();
  /** By device that could not be asked: for whom it was. */
  readonly #away = new Map<string, Set<string>>();
  readonly #rests: Rests;
  #isPumping = false;
  #isStopped = true;

  constructor(ports: FingersPorts) {
    this.#ports = ports;
    // The key of a rest is the person: the terminal that refuses is asked again with the next look at him.
    this.#rests = new Rests(ports.clock, () => this.#pump());
  }

  start(): void {
    const { store } = this.#ports;
    this.#isStopped = false;
    for (const device of store.devices()) for (const { person } of store.of(device)) this.#due.add(person);
    this.#pump();
  }

  stop(): void {
    this.#isStopped = true;
    this.#rests.stop();
  }

  /** A table was read in full, with the counters that belong to it. */
  saw(device: string, roster: Roster): void {
    if (this.#isStopped || !this.#ports.store.has(device)) return;
    const count = roster.counters?.fingers ?? null;
    setImmediate(() => {
      try {
        if (this.#isOld(device, count)) this.#lookAt(device);
      } catch (error) {
        this.#ports.log.warn({ device, err: error }, 'fingers are looked at the next time');
      }
    });
  }

  /** These are at a terminal as they are wanted. */
  present(people: readonly string[]): void {
    for (const person of people) this.#due.add(person);
    this.#pump();
  }

  /** The terminal answers again: who waits for it alone is looked at at once. */
  contact(device: string): void {
    const waiting = this.#away.get(device);
    if (waiting === undefined) return;
    this.#away.delete(device);
    for (const person of waiting) this.#rests.end(person);
    this.present([...waiting]);
  }

  /** The user that stood under that badge does not any more. @throws SerenoError `agent_storage` */
  gone(device: string, userId: string): void {
    this.#ports.store.fingers.drop(device, userId);
  }

  deviceGone(device: string): void {
    this.#looks.delete(device);
  }

  #isOld(device: string, count: number | null): boolean {
    const { store, serial, clock } = this.#ports;
    const look = store.fingers.look(device);
    if (look === null || look.serial !== serial(device)) return true;
    return look.count !== count || Math.abs(clock.now() - look.at) > LOOK_AGAIN_MS;
  }

  #lookAt(device: string): void {
    const known = this.#looks.get(device);
    const look = known ?? this.#newLook(device);
    this.#looks.set(device, look);
    if (!this.#isStopped) this.#ports.whenIdle(device, look);
  }

  #newLook(device: string): IdleLook {
    const { clock, log } = this.#ports;
    let seen: FingersSeen | null = null;
    return {
      run: async ({ conversation, cache, signal }, isWanted) => {
        seen = null;
        seen = await lookAtFingers(conversation, cache, { signal, isWanted });
      },
      ended: (hasFailed) => {
        const found = seen;
        seen = null;
        if (this.#isStopped) return;
        if (found === null) {
          clock.after(hasFailed ? FAILED_MS : GAVE_WAY_MS, () => this.#lookAt(device));
          return;
        }
        try {
          this.#noteSeen(device, found);
        } catch (error) {
          log.warn({ device, err: error }, 'fingers seen could not be noted');
          clock.after(FAILED_MS, () => this.#lookAt(device));
        }
      },
    };
  }

  /** @throws SerenoError `agent_storage` */
  #noteSeen(device: string, { look, hands }: FingersSeen): void {
    const { store, serial, clock } = this.#ports;
    store.fingers.replace(device, { ...look, serial: serial(device), at: clock.now() }, hands);
    this.present(store.of(device).flatMap((wanted) => (isWantedThere(wanted) ? [wanted.person] : [])));
  }

  #pump(): void {
    if (this.#isPumping || this.#isStopped) return;
    this.#isPumping = true;
    void this.#carryAll().finally(() => {
      this.#isPumping = false;
    });
  }

  async #carryAll(): Promise<void> {
    const { store, log } = this.#ports;
    const slices = new Slices();
    for (const person of this.#due) {
      if (this.#isStopped) return;
      if (slices.isDue) await slices.giveWay();
      if (this.#rests.has(person)) continue;
      this.#due.delete(person);
      try {
        const everywhere = store.everywhere(person).filter(isSettled);
        for (const wanted of everywhere) this.#tellHand(wanted);
        for (const { device } of everywhere) if (store.fingers.look(device) === null) this.#lookAt(device);
        const taken: boolean[] = [];
        for (const carriage of missingFingers(everywhere, store.fingers))
          taken.push(await this.#carry(carriage));
        if (taken.every(Boolean)) this.#rests.end(person);
        else this.#again(person);
      } catch (error) {
        // A terminal is away, or the disk is full.
        log.warn({ error: String(error) }, 'fingers not carried yet');
        this.#again(person);
      }
    }
  }

  /** False where the terminal does not take all of them. @throws SerenoError */
  async #carry({ from, to, fingers: wanted }: Carriage): Promise<boolean> {
    const { store } = this.#ports;
    const fingers = await this.#inTurn(from, ({ conversation, cache, signal }) =>
      takeFingers(conversation, cache, { userId: from.userId, wanted, signal }),
    );
    try {
      // What was expected there is not: whoever looks next will see.
      if (fingers.length < wanted.length) store.fingers.doubt(from.device);
      if (fingers.length === 0 || !this.#stillStands(from) || this.#isStopped) return true;
      const given = await this.#inTurn(to, async ({ conversation, cache, terminal, signal }) => {
        if (!this.#stillStands(to)) return null;
        return await giveFingers(terminal, conversation, cache, { userId: to.userId, fingers, signal });
      });
      return given === null || this.#noteGiven(from, to, given);
    } finally {
      wipe(fingers);
    }
  }

  /** @throws SerenoError `agent_storage` */
  #noteGiven(from: Wanted, to: Wanted, { there, refused, count }: Given): boolean {
    const { store, log } = this.#ports;
    const added = bitsOf(there);
    store.fingers.add(to.device, to.userId, added, count);
    const fields = { from: from.device, to: to.device, fingers: there.length, refused: refused.length };
    if (refused.length === 0) log.info(fields, 'fingers have followed');
    else log.warn(fields, 'a terminal does not take some fingers');
    this.#tellHand(to);
    return refused.length === 0;
  }

  /** The cloud hears of a hand that is otherwise than it was told last. @throws SerenoError `agent_storage` */
  #tellHand({ device, person, userId }: Wanted): void {
    const { store, tell, now } = this.#ports;
    const kind = store.fingers.look(device)?.version ?? null;
    if (kind === null) return;
    const { usable, duress } = store.fingers.hand(device, userId);
    const { word: before, tells } = store.fingers.told(device, person);
    const word = `${kind} ${usable} ${duress}`;
    if (before === word || (before === '' && usable === 0 && duress === 0)) return;
    const name = JSON.stringify([store.id, device, person, tells, word]);
    const id = `hnd_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
    tell({ type: 'person.fingers', id, device, person, kind, usable, duress, at: now() });
    store.fingers.noteTold(device, person, word, tells + 1);
  }

  async #inTurn<T>({ device, person }: Wanted, work: (turn: Turn) => Promise<T>): Promise<T> {
    try {
      return await this.#ports.inTurn(device, work, CARRY_MS);
    } catch (error) {
      const waiting = this.#away.get(device) ?? new Set();
      this.#away.set(device, waiting.add(person));
      throw error;
    }
  }

  #stillStands({ device, person, userId }: Wanted): boolean {
    const now = this.#ports.store.find(device, person);
    return now !== undefined && isSettled(now) && now.userId === userId;
  }

  /** After a while, longer each time. */
  #again(person: string): void {
    this.#rests.begin(person);
    this.#due.add(person);
  }
}
