// What each item of a batch comes to: an answer, and the rules as they are if all that is written for it succeeds.
import type {
  IdentifierInfo,
  IdentifierType,
  IdentifierWish,
} from '../../shared/domain/access-identifier.ts';
import type { UserLimits } from '../../shared/domain/limits.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { type DeviceManners, judged, judgedAlone, keyOf, type Meant, named, type Wish } from './judge.ts';
import { Owners } from './owners.ts';
import type { Guest, Surplus } from './plan-slots.ts';
import { hasEnded, heldIn, isOver, type Rule, type Slot, slotOf } from './rule.ts';

/** One item's answer, if all that is written for its users succeeds. */
export interface ItemPlan {
  readonly info: IdentifierInfo;
  /** Whose slots it touches; none: there is nothing to write, and the answer stands. */
  readonly users: readonly string[];
}

export interface ItemsPlan {
  readonly items: readonly ItemPlan[];
  /** All rules of the terminal, as they are then. */
  readonly rules: readonly Rule[];
  readonly guests: readonly Guest[];
  readonly surplus: readonly Surplus[];
}

export interface ItemsScene extends DeviceManners {
  readonly device: string;
  readonly rules: readonly Rule[];
  readonly guests: readonly Guest[];
  readonly roster: Roster;
  readonly limits: UserLimits;
  /** Whether a guest of that name can be brought to the terminal. */
  readonly fitsName: (name: string) => boolean;
  readonly now: number;
  readonly newRuleId: () => string;
  /** A badge that nobody has or had. */
  readonly newBadge: () => string;
}

export function planPut(
  type: IdentifierType,
  wishes: readonly IdentifierWish[],
  scene: ItemsScene,
): ItemsPlan {
  const desk = new Desk(scene);
  const all = judgedAlone(wishes.map((wish) => judged(type, wish, scene)));
  const items = wishes.map((wish, index): ItemPlan => {
    const judgement = all[index] ?? { info: 'wrong_rule' };
    return 'info' in judgement ? refusal(judgement.info) : desk.put(wish, judgement);
  });
  return desk.plan(items);
}

export function planDelete(type: IdentifierType, numbers: readonly string[], scene: ItemsScene): ItemsPlan {
  const desk = new Desk(scene);
  const all = judgedAlone(numbers.map((number) => named(type, number, scene.wiegand)));
  return desk.plan(all.map((each) => ('info' in each ? refusal(each.info) : desk.delete(each))));
}

export function planReset(type: IdentifierType, number: string, scene: ItemsScene): ItemsPlan {
  const desk = new Desk(scene);
  const one = named(type, number, scene.wiegand);
  return desk.plan(['info' in one ? refusal(one.info) : desk.reset(one)]);
}

function refusal(info: IdentifierInfo): ItemPlan {
  return { info, users: [] };
}

/** The rules and slots of one terminal while a batch is gone through, item by item. */
class Desk {
  readonly #scene: ItemsScene;
  readonly #owners: Owners;
  readonly #rules: Map<string, Rule>;
  /** By owner and slot, and by number: ids of rules. */
  readonly #bySlot = new Map<string, string>();
  readonly #byKey = new Map<string, string>();
  /** What slots hold where the batch has changed that. */
  readonly #slots = new Map<string, string | null>();
  readonly #surplus: Surplus[] = [];
  #cards: Map<string, string[]> | null = null;

  constructor(scene: ItemsScene) {
    this.#scene = scene;
    this.#owners = new Owners(scene);
    this.#rules = new Map();
    for (const rule of scene.rules) this.#add(rule);
  }

  plan(items: readonly ItemPlan[]): ItemsPlan {
    const { guests } = this.#owners;
    return { items, rules: [...this.#rules.values()], guests, surplus: this.#surplus };
  }

  put(wish: IdentifierWish, { from, to }: Wish): ItemPlan {
    const { limits, now } = this.#scene;
    if (to.type === 'inputCode' && to.value.length > limits.passwordBytes) {
      return refusal('identifier_type_not_supported');
    }
    const known = this.#ruleOf(from);
    if (known !== undefined && known.type !== from.type) return refusal('number_taken_by_another_identifier');
    const other = this.#ruleOf(to);
    if (other !== undefined && other !== known) return refusal('number_taken_by_another_identifier');
    const owner = this.#owners.find(wish.owner);
    if ('info' in owner) return refusal(owner.info);
    if (owner.userId === null && !this.#scene.fitsName(wish.owner.name)) return refusal('wrong_rule');
    const slot = slotOf(to.type);
    // A card that no rule governs is somebody's for good; that an older rule knows the number, too, changes nothing.
    const strangers =
      slot === 'card' ? this.#holdersOf(to.value).filter((each) => each !== known?.userId) : [];
    const isOwn = owner.userId !== null && strangers.every((userId) => userId === owner.userId);
    const isOtherType = from.type === 'ukey' && strangers.length > 0;
    if (strangers.length > 0 && (!isOwn || isOtherType)) return refusal('number_taken_by_another_identifier');
    if (owner.userId !== null && !this.#isFree(owner.userId, slot, to, known)) {
      return refusal('number_of_identifiers_exceeded');
    }
    // Only now: a badge is not reserved for what is refused.
    const userId = owner.userId ?? this.#owners.reserve(wish.owner.name);
    const moved = known !== undefined && (known.userId !== userId || slotOf(known.type) !== slot);
    if (known !== undefined) this.#remove(known);
    if (moved) this.#empty(known.userId, slotOf(known.type), known.value);
    const previous = this.#inSlot(userId, slot);
    if (previous !== undefined) this.#remove(previous);
    const isThere = this.#held(userId, slot) === to.value;
    const begun = known === undefined ? null : this.#goesOn(known, wish, now);
    this.#add({
      id: known?.id ?? this.#scene.newRuleId(),
      device: this.#scene.device,
      type: to.type,
      value: to.value,
      userId,
      owner: wish.owner,
      lock: wish.lock,
      window: wish.window,
      max_passes: wish.max_passes,
      ...(begun ?? { passes: 0, since: now, usedUpAt: null }),
      held: known !== undefined && !moved ? known.held : isThere,
      told: null,
      version: known?.version ?? 0,
    });
    this.#slots.set(`${userId}/${slot}`, to.value);
    const info = known !== undefined || strangers.length > 0 ? 'updated' : 'created';
    return { info, users: moved ? [userId, known.userId] : [userId] };
  }

  delete(one: Meant): ItemPlan {
    const known = this.#ruleOf(one);
    if (known !== undefined && known.type !== one.type) return refusal('not_found');
    // Whoever else has the card, rule or not: once it is called deleted it opens nothing.
    const users = new Set(one.type === 'card' ? this.#holdersOf(one.value) : []);
    if (known !== undefined) {
      this.#remove(known);
      users.add(known.userId);
    }
    for (const userId of users) this.#empty(userId, slotOf(one.type), one.value);
    return users.size === 0 ? refusal('not_found') : { info: 'deleted', users: [...users] };
  }

  reset(one: Meant): ItemPlan {
    const { now } = this.#scene;
    const known = this.#ruleOf(one);
    if (known === undefined || known.type !== one.type) return refusal('not_found');
    const { userId } = known;
    if (!this.#owners.has(userId)) return refusal('entity_not_found');
    if (!this.#isFree(userId, slotOf(one.type), one, known)) return refusal('number_of_identifiers_exceeded');
    this.#rules.set(known.id, { ...known, passes: 0, since: now, usedUpAt: null, told: null });
    return { info: 'updated', users: [userId] };
  }

  /** A slot that `rule` may have: empty, or with this very number, or its own, or left by one that is over. */
  #isFree(userId: string, slot: Slot, { value }: Meant, rule: Rule | undefined): boolean {
    const occupant = this.#inSlot(userId, slot);
    const isOwn = occupant !== undefined && occupant === rule;
    if (occupant !== undefined && !isOwn && !isOver(occupant, this.#scene.now)) return false;
    const held = this.#held(userId, slot);
    if (held === null || (isOwn && occupant.held)) return true;
    // Nobody shall find out PINs by trying: one that no rule governs stays its user's.
    return held === value ? slot === 'card' || isOwn : false;
  }

  /** The count of a rule that is changed goes on; one that has ended, or did not count, begins anew. */
  #goesOn(
    known: Rule,
    wish: IdentifierWish,
    now: number,
  ): Pick<Rule, 'passes' | 'since' | 'usedUpAt'> | null {
    if (hasEnded(known, now) || known.max_passes === null || wish.max_passes === null) return null;
    const { passes, since, usedUpAt } = known;
    return { passes, since, usedUpAt };
  }

  #held(userId: string, slot: Slot): string | null {
    const changed = this.#slots.get(`${userId}/${slot}`);
    if (changed !== undefined) return changed;
    const [record] = this.#scene.roster.all(userId);
    return record === undefined ? null : heldIn(record, slot);
  }

  /** Its number leaves that slot; what is put there by a later item stays. */
  #empty(userId: string, slot: Slot, value: string): void {
    this.#surplus.push({ userId, slot, value });
    if (this.#held(userId, slot) === value) this.#slots.set(`${userId}/${slot}`, null);
  }

  #ruleOf(one: Meant): Rule | undefined {
    return this.#rules.get(this.#byKey.get(keyOf(one)) ?? '');
  }

  #inSlot(userId: string, slot: Slot): Rule | undefined {
    return this.#rules.get(this.#bySlot.get(`${userId}/${slot}`) ?? '');
  }

  /** Of one number that has several rules all but one have ended, and only wait to be off. */
  #add(rule: Rule): void {
    const { now } = this.#scene;
    const other = this.#ruleOf(rule);
    this.#rules.set(rule.id, rule);
    if (other === undefined || hasEnded(other, now) || !hasEnded(rule, now)) {
      this.#byKey.set(keyOf(rule), rule.id);
    }
    this.#bySlot.set(`${rule.userId}/${slotOf(rule.type)}`, rule.id);
  }

  #remove(rule: Rule): void {
    this.#rules.delete(rule.id);
    if (this.#ruleOf(rule) === undefined) this.#byKey.delete(keyOf(rule));
    const place = `${rule.userId}/${slotOf(rule.type)}`;
    if (this.#bySlot.get(place) === rule.id) this.#bySlot.delete(place);
  }

  /** Who has this card at the terminal, rule or not. */
  #holdersOf(card: string): string[] {
    this.#cards ??= cardsOf(this.#scene.roster);
    const holders = this.#cards.get(card) ?? [];
    return holders.filter((userId) => this.#held(userId, 'card') === card);
  }
}

function cardsOf(roster: Roster): Map<string, string[]> {
  const cards = new Map<string, string[]>();
  for (const record of roster.records()) {
    const card = heldIn(record, 'card');
    if (card !== null) cards.set(card, [...(cards.get(card) ?? []), record.userId]);
  }
  return cards;
}
