// What is to be written so that a terminal holds the numbers of the rules that are active, and no number of those that are not.
import type { RuleEvent } from '../../shared/wire/events.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import type { UserRecord } from '../zk/users.ts';
import type { LocalWriteBody } from './ports.ts';
import { fieldsOf, hasEnded, heldIn, isWanted, type Rule, type Slot, slotOf, stateOf } from './rule.ts';

type EventType = RuleEvent['type'];
type Reason = RuleEvent['reason'];

/** Somebody whom the agent brought to the terminal itself, or will. */
export interface Guest {
  readonly userId: string;
  readonly name: string;
  /** He was seen there. */
  readonly isThere: boolean;
}

/** A number that is to leave a user's slot, whatever it is there for. */
export interface Surplus {
  readonly userId: string;
  readonly slot: Slot;
  readonly value: string;
}

/** How a rule stands afterwards, and what is told of it. */
export interface Change {
  readonly rule: Rule;
  /** Null: there is no such rule any more. */
  readonly set: Partial<Pick<Rule, 'held' | 'told'>> | null;
  readonly event: { readonly type: EventType; readonly reason: Reason } | null;
}

/** Writes for one user, and what is so once all of them are made. */
export interface Work {
  readonly userId: string;
  readonly writes: readonly LocalWriteBody[];
  /** It takes away what should not be there. */
  readonly isOverdue: boolean;
  readonly changes: readonly Change[];
  /** Null: he is forgotten. Undefined: it is about no guest, or he stays as he is. */
  readonly guest?: Guest | null;
  /** Somebody else has the badge that was reserved for this guest: he needs another one. */
  readonly isTaken?: true;
}

export interface Scene {
  readonly rules: readonly Rule[];
  readonly guests: readonly Guest[];
  readonly roster: Roster;
  readonly now: number;
  /** Only for these users anything is planned. Asked last: it may be slow. */
  readonly includes: (userId: string) => boolean;
  readonly surplus?: readonly Surplus[];
  /** Why numbers come and go, if not for the limits of their rules. */
  readonly reason?: 'asked';
}

/** One `Work` a user that needs any; without writes: what the roster shows is only to be noted. */
export function planSlots(scene: Scene): Work[] {
  const { rules, guests, surplus = [], includes } = scene;
  const users = new Set([...rules, ...guests, ...surplus].map(({ userId }) => userId));
  const rulesOf = Map.groupBy(rules, ({ userId }) => userId);
  const surplusOf = Map.groupBy(surplus, ({ userId }) => userId);
  const guestOf = new Map(guests.map((guest) => [guest.userId, guest]));
  return [...users].flatMap((userId) => {
    const own = rulesOf.get(userId) ?? [];
    const guest = guestOf.get(userId);
    const user = new UserPlan(userId, own, guest, surplusOf.get(userId) ?? [], scene);
    return user.work !== null && includes(userId) ? user.work : [];
  });
}

/** True if everything that a guest came for has ended: then he goes. */
export function mayLeave(rules: readonly Rule[], now: number): boolean {
  return rules.every((rule) => hasEnded(rule, now));
}

/** Why the number of a rule that is not active goes off. */
export function reasonOf(rule: Rule, now: number): Reason {
  return stateOf(rule, now) === 'used_up' ? 'passes' : 'window';
}

class UserPlan {
  readonly #scene: Scene;
  readonly #userId: string;
  readonly #rules: readonly Rule[];
  readonly #records: readonly UserRecord[];
  readonly #surplus: readonly Surplus[];
  readonly #changes: Change[] = [];
  /** By uid: the slots that change there, from what to what. */
  readonly #slots = new Map<
    number,
    Map<Slot, { readonly from: string | null; readonly to: string | null }>
  >();
  #isOverdue = false;
  #guest: Guest | null | undefined;
  #whole: LocalWriteBody | null = null;
  #isTaken = false;

  constructor(
    userId: string,
    rules: readonly Rule[],
    guest: Guest | undefined,
    surplus: readonly Surplus[],
    scene: Scene,
  ) {
    this.#scene = scene;
    this.#userId = userId;
    this.#rules = rules;
    this.#records = scene.roster.all(userId);
    this.#surplus = surplus;
    if (this.#records.length === 0) this.#absent(guest);
    else if (guest !== undefined && !this.#isHis(guest)) this.#isTaken = true;
    else if (guest === undefined || !mayLeave(rules, scene.now)) this.#present(guest);
    else if (this.#isHisName(guest)) this.#leave(guest);
    else {
      // Somebody has made another person of him: he stays.
      this.#present(undefined);
      this.#guest = null;
    }
  }

  get work(): Work | null {
    if (this.#isTaken)
      return { userId: this.#userId, writes: [], isOverdue: false, changes: [], isTaken: true };
    const writes = this.#whole === null ? this.#updates() : [this.#whole];
    if (writes.length === 0 && this.#changes.length === 0 && this.#guest === undefined) return null;
    return {
      userId: this.#userId,
      writes,
      isOverdue: this.#isOverdue,
      changes: this.#changes,
      ...(this.#guest === undefined ? {} : { guest: this.#guest }),
    };
  }

  /** What a crash has left unknown: whether it is the guest who stands there. */
  #isHis(guest: Guest): boolean {
    return guest.isThere || this.#isHisName(guest);
  }

  #isHisName(guest: Guest): boolean {
    return this.#records.some(({ name }) => name === guest.name);
  }

  #absent(guest: Guest | undefined): void {
    if (guest === undefined) return this.#deleted();
    if (!guest.isThere) return this.#arrive(guest);
    if (!mayLeave(this.#rules, this.#scene.now)) {
      this.#guest = null;
      return this.#deleted();
    }
    // He went with his last rule.
    for (const rule of this.#rules) this.#seenOff(rule);
    this.#guest = this.#rules.length === 0 ? null : { ...guest, isThere: false };
  }

  /** Somebody has deleted the user at the keypad: nothing is left for the rules to do. */
  #deleted(): void {
    const { now } = this.#scene;
    for (const rule of this.#rules) {
      const isTold = rule.held || !hasEnded(rule, now);
      const event = isTold ? ({ type: 'rule.off', reason: 'user_deleted' } as const) : null;
      this.#changes.push({ rule, set: null, event });
    }
  }

  /** A guest comes with the first of his numbers. */
  #arrive(guest: Guest): void {
    const wanted = this.#rules.filter((rule) => isWanted(rule, this.#scene.now));
    for (const rule of this.#rules) if (!wanted.includes(rule)) this.#seenOff(rule);
    if (wanted.length === 0) {
      if (this.#rules.length === 0) this.#guest = null;
      return;
    }
    const numbers = Object.assign({}, ...wanted.map(({ type, value }) => fieldsOf(slotOf(type), value)));
    const fields = { name: guest.name, ...numbers };
    this.#whole = { op: 'user.put', args: { mode: 'create', user_id: guest.userId, fields } };
    this.#guest = { ...guest, isThere: true };
    for (const rule of wanted) this.#on(rule);
  }

  #leave(guest: Guest): void {
    this.#whole = { op: 'user.delete', args: { user_id: guest.userId, all: true, purge: true } };
    this.#isOverdue = true;
    for (const rule of this.#rules) this.#seenOff(rule);
    this.#guest = this.#rules.length === 0 ? null : { ...guest, isThere: false };
  }

  #present(guest: Guest | undefined): void {
    if (guest !== undefined && !guest.isThere) this.#guest = { ...guest, isThere: true };
    const taken = new Set<Slot>();
    for (const rule of this.#rules) {
      const slot = slotOf(rule.type);
      if (isWanted(rule, this.#scene.now)) {
        taken.add(slot);
        this.#putOn(rule, slot);
      } else this.#takeOff(rule, slot);
    }
    for (const { slot, value } of this.#surplus) if (!taken.has(slot)) this.#clear(slot, value);
  }

  #putOn(rule: Rule, slot: Slot): void {
    const [first] = this.#records;
    if (first === undefined) return;
    if (this.#holders(slot, rule.value).length > 0) {
      if (!rule.held) this.#on(rule);
      else if (rule.told !== null) this.#changes.push({ rule, set: { told: null }, event: null });
      return;
    }
    const from = heldIn(first, slot);
    const isFree = from === null || this.#surplus.some((each) => each.slot === slot && each.value === from);
    if (!rule.held && !isFree) {
      // Somebody has given another number there meanwhile: that is not taken away.
      if (rule.told !== 'failed') this.#tell(rule, { told: 'failed' }, 'rule.failed', 'keypad');
      return;
    }
    this.#change(first, slot, from, rule.value);
    if (!rule.held) this.#on(rule);
    else if (this.#scene.reason === undefined) this.#tell(rule, { told: null }, 'rule.restored', 'keypad');
  }

  #takeOff(rule: Rule, slot: Slot): void {
    if (!this.#clear(slot, rule.value)) return this.#seenOff(rule);
    if (rule.held || this.#scene.reason !== undefined) return this.#seenOff(rule);
    this.#tell(rule, { told: null }, 'rule.restored', 'keypad');
  }

  /** True if there was anything to clear. */
  #clear(slot: Slot, value: string): boolean {
    const holders = this.#holders(slot, value);
    for (const record of holders) this.#change(record, slot, value, null);
    if (holders.length > 0) this.#isOverdue = true;
    return holders.length > 0;
  }

  #holders(slot: Slot, value: string): UserRecord[] {
    return this.#records.filter((record) => heldIn(record, slot) === value);
  }

  #change(record: UserRecord, slot: Slot, from: string | null, to: string | null): void {
    const slots = this.#slots.get(record.uid) ?? new Map();
    this.#slots.set(record.uid, slots.set(slot, { from, to }));
  }

  #on(rule: Rule): void {
    this.#tell(rule, { held: true, told: null }, 'rule.on', this.#scene.reason ?? 'window');
  }

  #seenOff(rule: Rule): void {
    const { reason, now } = this.#scene;
    if (rule.held) this.#tell(rule, { held: false, told: null }, 'rule.off', reason ?? reasonOf(rule, now));
  }

  #tell(rule: Rule, set: Partial<Rule>, type: EventType, reason: Reason): void {
    this.#changes.push({ rule, set, event: { type, reason } });
  }

  #updates(): LocalWriteBody[] {
    return [...this.#slots].map(([uid, slots]) => ({
      op: 'user.put',
      args: {
        mode: 'update',
        user_id: this.#userId,
        fields: fieldsIn(slots, 'to'),
        expect: fieldsIn(slots, 'from'),
        ...(this.#records.length > 1 ? { uid } : {}),
      },
    }));
  }
}

function fieldsIn(
  slots: ReadonlyMap<Slot, { readonly from: string | null; readonly to: string | null }>,
  side: 'from' | 'to',
) {
  return Object.assign({}, ...[...slots].map(([slot, change]) => fieldsOf(slot, change[side])));
}
