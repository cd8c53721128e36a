// The log of a terminal, and an agent's memory of it with the cloud behind; for tests.
import { join } from 'node:path';
import { agentEventSchema, type PunchEvent } from '../../../shared/wire/events.ts';
import { encodePunch, readablePunch } from '../../../test/terminal/attendance.ts';
import { packTime } from '../../../test/terminal/wall-clock.ts';
import { PunchDatabase } from '../database.ts';
import { type LogSnapshot, takeLog } from '../log-reader.ts';
import { type LogOwner, PunchMemory } from '../memory.ts';
import { EventOutbox } from '../outbox.ts';
import { type DatedPunch, idOf, keyOf } from '../punch.ts';

export const owner: LogOwner = {
  device: 'd',
  serial: 'S1',
  timezone: 'America/La_Paz',
  badgeOf: (uid) => `uid:${uid}`,
};
const SIZES = { mark: 4, slice: 3, searched: 12 };

/** What a terminal holds, as the log's bytes; `made` are all that ever were. */
export class Log {
  punches: Buffer[] = [];
  readonly made: DatedPunch[] = [];
  /** Local seconds of its clock. */
  clock = 0;

  punch(user: number): DatedPunch {
    const time = `2026-10-31T08:00:${String(this.clock % 60).padStart(2, '0')}`;
    const record = { uid: user, userId: `${1000 + user}`, verify: 1, state: 0, packedTime: packTime(time) };
    this.punches.push(encodePunch(record, 40));
    const { time: shown } = readablePunch(record);
    const punch = { userId: record.userId, status: 1, punch: 0, time: shown ?? '' };
    this.made.push(punch);
    return punch;
  }

  /** `breaksAfter`: reads until the line breaks. */
  snapshot(breaksAfter = Number.POSITIVE_INFINITY): LogSnapshot {
    const held = [...this.punches];
    let reads = 0;
    return {
      records: held.length,
      read: async (from, to) => {
        if (reads++ >= breaksAfter) throw new Error('the line broke');
        return Buffer.concat(held.slice(from, to));
      },
    };
  }

  /** Ids that its punches have by their place among equals. */
  ids(punches: readonly DatedPunch[]): string[] {
    const numbers = new Map<string, number>();
    return punches.map((punch) => {
      const key = keyOf(owner.serial, punch);
      const number = numbers.get(key.toString('hex')) ?? 0;
      numbers.set(key.toString('hex'), number + 1);
      return idOf(key, number);
    });
  }
}

/** An agent's memory, and the cloud, which takes each id once. */
export class Room {
  readonly cloud = new Map<string, PunchEvent>();
  /** Ids that this memory has told, in order. */
  told: string[] = [];
  #lives = 0;
  database: PunchDatabase;
  outbox: EventOutbox;
  memory: PunchMemory;

  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.database = PunchDatabase.open(join(folder, '0'), 'site');
    this.outbox = new EventOutbox(this.database);
    this.memory = new PunchMemory(this.database, this.outbox);
  }

  restart(wiped: boolean): void {
    this.send(10);
    this.database.close();
    if (wiped) {
      this.#lives++;
      this.told = [];
    }
    this.database = PunchDatabase.open(join(this.#folder, `${this.#lives}`), 'site');
    this.outbox = new EventOutbox(this.database);
    this.memory = new PunchMemory(this.database, this.outbox);
  }

  send(most: number): void {
    const events = this.outbox.first(most);
    for (const { event: held } of events) {
      const event = agentEventSchema.parse(held);
      if (event.type !== 'punch') continue;
      this.told.push(event.id);
      if (!this.cloud.has(event.id)) this.cloud.set(event.id, event);
    }
    const last = events.at(-1);
    if (last !== undefined) this.outbox.forget(last.seq);
  }

  /** Without `slices`, all there is. */
  async look(log: Log, slices = Number.POSITIVE_INFINITY, breaksAfter?: number): Promise<void> {
    let left = slices;
    const isWanted = () => left-- <= 0;
    const snapshot = log.snapshot(breaksAfter);
    const { memory, outbox } = this;
    await takeLog({ memory, owner, width: 40, snapshot, room: () => outbox.room, isWanted, sizes: SIZES });
  }

  hear(punch: DatedPunch): void {
    const cursor = this.memory.cursor(owner);
    if (cursor !== null) this.memory.hear(owner, punch, cursor);
  }
}
