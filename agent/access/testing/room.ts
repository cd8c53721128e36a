// The keeper of rules in front of a terminal in memory; for tests.
import { pino } from 'pino';
import { ulid } from 'ulid';
import type { IdentifierInfo, IdentifierWish, Wiegand } from '../../../shared/domain/access-identifier.ts';
import { freshKey, unseal } from '../../../shared/domain/sealed.ts';
import type { Command } from '../../../shared/wire/envelope.ts';
import type { PunchEvent, RuleEvent } from '../../../shared/wire/events.ts';
import type { UserChange } from '../../zk/users.ts';
import { Access } from '../access.ts';
import { AccessStore } from '../store.ts';
import { DEVICE, TerminalInMemory } from './terminal-in-memory.ts';

export { DEVICE } from './terminal-in-memory.ts';

export class Room extends TerminalInMemory {
  readonly events: RuleEvent[] = [];
  access: Access;
  store: AccessStore;
  readonly #folder: string;
  /** So much time goes by whenever the agent looks at the clock, ms. */
  readMs = 0;
  #late = 0;

  /** The cloud's time, as the agent would be told it. */
  get told(): number {
    return this.now() + this.#late;
  }

  constructor(folder: string) {
    super();
    this.#folder = folder;
    this.store = new AccessStore(folder, 's');
    this.access = this.#start();
  }

  // What a test does

  async ask(op: 'identifier.put' | 'identifier.delete' | 'identifier.reset', args: object, id = ulid()) {
    const result = await this.settled(this.access.rules[op](args as never, this.#command(op, args, id)));
    if (result.status !== 'ok') throw result.error;
    return (result.data as { infos: IdentifierInfo[] }).infos;
  }

  /** Nobody waits for it: the agent is about to die. */
  begin(op: 'identifier.put' | 'identifier.delete', args: object, id: string): void {
    void this.access.rules[op](args as never, this.#command(op, args, id));
  }

  put(type: IdentifierWish['new_type'] & string, ...items: IdentifierWish[]) {
    return this.ask('identifier.put', { type, items });
  }

  async setWiegand(wiegand: Wiegand): Promise<void> {
    await this.access.rules['wiegand.put'](wiegand, this.#command('wiegand.put', wiegand));
  }

  async list(type: string, more: object = {}) {
    const key = freshKey();
    const args = { type, limit: 50, page: 1, sort: 'asc', key, ...more } as never;
    const result = await this.access.recalls['identifier.list'](args, this.#command('identifier.list', {}));
    if (result.status !== 'ok') throw result.error;
    return (await unseal((result.data as { sealed: string }).sealed, key)) as {
      total: number;
      data: Record<string, unknown>[];
    };
  }

  /** Somebody punches: told at once. */
  punch(userId: string, status: number, more: Partial<PunchEvent> = {}): PunchEvent {
    const at = Math.floor(this.now() / 1000) * 1000;
    const event: PunchEvent = {
      type: 'punch',
      id: `pch_${ulid().toLowerCase()}`,
      device: DEVICE,
      serial: 'A',
      user_id: userId,
      local: new Date(at).toISOString().slice(0, 19),
      at,
      status,
      punch: 0,
      source: 'live',
      ...more,
    };
    this.access.punched(event, true);
    return event;
  }

  /** The cloud writes a user; `isTold`: the agent lives to hear of it. */
  cloudWrites(userId: string, fields: UserChange): void {
    this.edit(userId, fields);
    this.access.written(DEVICE, 'user.put', { mode: 'update', user_id: userId, fields });
  }

  cloudDeletes(userId: string): void {
    this.remove(userId);
    this.access.written(DEVICE, 'user.delete', { user_id: userId });
  }

  see(): void {
    this.access.saw(DEVICE, this.roster());
  }

  goAway(): void {
    this.isReachable = false;
    this.access.contact(DEVICE, false);
  }

  comeBack(): void {
    this.isReachable = true;
    this.access.contact(DEVICE, true);
  }

  /** The agent dies, and comes up again after `ms`. */
  restart(ms = 0): void {
    this.stop();
    this.forsake();
    this.clock.advance(ms);
    this.store = new AccessStore(this.#folder, 's');
    this.access = this.#start();
    this.goOn();
  }

  stop(): void {
    this.access.stop();
    this.store.close();
  }

  // Within

  #start(): Access {
    const room = this;
    const access = new Access({
      store: this.store,
      clock: this.clock,
      cloudClock: {
        now: () => {
          room.#late += room.readMs;
          return room.told;
        },
        get offset() {
          return room.measured;
        },
      },
      writes: this,
      tables: {
        users: () => this.usersOf(),
        has: (id) => this.has(id),
        punches: () => this.punches(),
        inDoubt: (id, userId) => this.inDoubt(id, userId),
      },
      events: { tell: (event) => void this.#tell(event) },
      log: pino({ level: 'silent' }),
    });
    access.resume();
    return access;
  }

  /** The cloud knows an event by its id. */
  #tell(event: RuleEvent): void {
    if (!this.events.some(({ id }) => id === event.id)) this.events.push(event);
  }

  #command(op: string, args: object, id = ulid()): Command {
    const issuedAt = this.now();
    return { v: 1, id, op, device: DEVICE, issuedAt, notAfter: issuedAt + 15_000, via: 'direct', args };
  }
}

/** A wish without limits. */
export function wish(number: string, name: string, more: Partial<IdentifierWish> = {}): IdentifierWish {
  return {
    number,
    owner: { type: 'owner', name },
    lock: 'all',
    window: null,
    max_passes: null,
    ...more,
  };
}
