// A rule: one number of one person at one terminal, with its limits, and what follows from these at any moment.
import * as z from 'zod';
import { type IdentifierState, identifierRuleShape } from '../../shared/domain/access-identifier.ts';
import type { UserFields } from '../../shared/domain/user.ts';
import type { UserRecord } from '../zk/users.ts';

const DAY_MS = 86_400_000;
/** So long a rule that has ended is listed. */
const LISTED_MS = 30 * DAY_MS;

/** Types that a ZK terminal can hold. */
export const HELD_TYPES = ['card', 'ukey', 'inputCode'] as const;
export type HeldType = (typeof HELD_TYPES)[number];

/** The field of a user that holds a number. Each user has one of both. */
export type Slot = 'card' | 'password';

const epochMs = z.int().min(0);

export const ruleSchema = z.strictObject({
  id: z.string(),
  device: z.string(),
  type: z.enum(HELD_TYPES),
  /** A card as decimal digits, a PIN as it is typed. */
  value: z.string(),
  /** The badge of whoever has it; that of a guest is reserved before he is on the terminal. */
  userId: z.string(),
  ...identifierRuleShape,
  /** How many were counted. */
  passes: z.int().min(0),
  /** Punches from then on count. */
  since: epochMs,
  /** When its last pass was counted. */
  usedUpAt: epochMs.nullable(),
  /** What is known: true if the terminal holds the number for this rule. It is false only once it was seen to be off. */
  held: z.boolean(),
  /** Trouble that was told, and is not over. */
  told: z.enum(['overdue', 'failed']).nullable(),
  /** How often something was told of it. */
  version: z.int().min(0),
});
export type Rule = z.infer<typeof ruleSchema>;

/** The part of a rule from which its state follows. */
export type Limits = Pick<Rule, 'window' | 'max_passes' | 'passes'>;
type OwnState = Exclude<IdentifierState, 'overdue'>;

/** By its limits alone. */
export function stateOf({ window, max_passes, passes }: Limits, now: number): OwnState {
  if (max_passes !== null && passes >= max_passes) return 'used_up';
  if (window === null) return 'active';
  if (now >= window.to * 1000) return 'expired';
  return now < window.from * 1000 ? 'waiting' : 'active';
}

/** True if the terminal is to hold its number. */
export function isWanted(rule: Limits, now: number): boolean {
  return stateOf(rule, now) === 'active';
}

/** True if it does not become active again by itself. */
export function hasEnded(rule: Limits, now: number): boolean {
  const state = stateOf(rule, now);
  return state === 'expired' || state === 'used_up';
}

/** As it is shown. */
export function shownState(rule: Rule, now: number): IdentifierState {
  const state = stateOf(rule, now);
  return rule.held && state !== 'active' ? 'overdue' : state;
}

/** It has ended long ago: all that is left to do is to take its number off. */
export function endedAlready(rule: Rule): Rule {
  return { ...rule, window: { from: 0, to: 1 }, told: null };
}

/** Ended and off the terminal: it makes way for another one. */
export function isOver(rule: Rule, now: number): boolean {
  return hasEnded(rule, now) && !rule.held;
}

/** The next moment at which time alone changes its state, epoch ms; null: none. */
export function nextBoundary({ window }: Limits, now: number): number | null {
  const moments = window === null ? [] : [window.from * 1000, window.to * 1000];
  return moments.find((moment) => moment > now) ?? null;
}

/** True once it is not even listed any more. */
export function isForgotten(rule: Rule, now: number): boolean {
  if (!isOver(rule, now)) return false;
  const ended = stateOf(rule, now) === 'used_up' ? rule.usedUpAt : (rule.window?.to ?? 0) * 1000;
  return ended !== null && now >= ended + LISTED_MS;
}

export function slotOf(type: HeldType): Slot {
  return type === 'inputCode' ? 'password' : 'card';
}

/** One more pass, counted at `now`. */
export function passed<R extends Rule>(rule: R, now: number): R {
  const passes = rule.passes + 1;
  const isLast = passes === rule.max_passes;
  return { ...rule, passes, usedUpAt: isLast ? now : rule.usedUpAt };
}

/** What a user's slot holds; null: nothing. */
export function heldIn(record: Pick<UserRecord, Slot>, slot: Slot): string | null {
  if (slot === 'card') return record.card === 0 ? null : String(record.card);
  return record.password === '' ? null : record.password;
}

/** The fields of a user by which a slot holds `value`; null: nothing. */
export function fieldsOf(slot: Slot, value: string | null): UserFields {
  return slot === 'card' ? { card: Number(value ?? 0) } : { password: value ?? '' };
}
