// The sums of a campaign, and how they are printed.
import { BEFORE_OR_AFTER, FAULT_KINDS, nameOf } from './acts.ts';
import type { Played } from './play.ts';
import type { Counts } from './strokes.ts';

const KILLS = ['agent-killed', 'power-cut', 'handler-killed', 'journal-wiped'];
/** What is counted under names of its own, by what was drawn. */
const COUNTED: Partial<Record<string, readonly string[]>> = {
  keypad: ['keypad-added', 'keypad-edited', 'keypad-deleted'],
};
const KINDS: readonly string[] = [
  ...FAULT_KINDS.flatMap((kind) => COUNTED[kind] ?? [kind]),
  ...BEFORE_OR_AFTER.map((kind) => nameOf({ kind, when: 'after-effect' })),
];
const NAME_WIDTH = 44;

export class Totals {
  schedules = 0;
  commands = 0;
  attempts = 0;
  lists = 0;
  storageRefusals = 0;
  lostCommits = 0;
  readonly failed: Played[] = [];
  readonly #verdicts: Counts = {};
  /** Every kind that there is: one that never struck shows as none. */
  readonly #faults: Counts = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  readonly #deaths: Counts = {};
  readonly #violations: Counts = {};
  readonly #unknownsMs: number[] = [];
  readonly #enabledMs: number[] = [];
  readonly #tookMs: number[] = [];

  add(played: Played): void {
    this.schedules++;
    this.commands += played.commands;
    this.attempts += played.attempts;
    this.lists += played.lists;
    this.storageRefusals += played.storageRefusals;
    this.lostCommits += played.lostCommits;
    addAll(this.#verdicts, played.verdicts);
    addAll(this.#faults, played.faults);
    addAll(this.#deaths, played.deaths);
    for (const { kind } of played.violations) this.#violations[kind] = (this.#violations[kind] ?? 0) + 1;
    this.#unknownsMs.push(...played.unknownsMs);
    this.#enabledMs.push(played.enabledMs);
    this.#tookMs.push(played.tookMs);
    if (played.violations.length > 0) this.failed.push(played);
  }

  get kills(): number {
    return KILLS.reduce((sum, kind) => sum + (this.#faults[kind] ?? 0), 0);
  }

  lines(wallMs: number): string[] {
    const violated = (...kinds: string[]) =>
      kinds.reduce((sum, kind) => sum + (this.#violations[kind] ?? 0), 0);
    const others = violated('unsettled', 'disagrees', 'manners', 'away', 'early', 'overtaken');
    return [
      `${this.schedules} schedules in ${minutes(wallMs)}, ${this.commands} commands in ${this.attempts} attempts, ${this.kills} kills`,
      'faults that struck',
      ...Object.entries(this.#faults)
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([kind, count]) => `  ${kind.padEnd(NAME_WIDTH, '.')} ${count}`),
      `killed    at ${list(this.#deaths) || 'no moment'}; power cuts took ${this.lostCommits} commits`,
      `answers   ${list(this.#verdicts)}`,
      `unknowns  ${this.#unknownsMs.length}, settled within ${spread(this.#unknownsMs)}`,
      `enabled   within ${spread(this.#enabledMs)} of the agent being back`,
      `schedule  ${spread(this.#tookMs)}`,
      `disk      ${this.storageRefusals} commands refused because it could not be written`,
      `${violated('lost', 'untrue')} lost, ${violated('doubled')} doubled, ${violated('wrong-user')} wrong users changed, ${violated('disabled')} left disabled, ${violated('wrong-list')} wrong of ${this.lists} lists` +
        (others === 0 ? '' : `; ${list(this.#violations)}`),
    ];
  }
}

function addAll(sums: Counts, counts: Counts): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + (count ?? 0);
}

function list(counts: Counts): string {
  const entries = Object.entries(counts).sort(([, one], [, other]) => (other ?? 0) - (one ?? 0));
  return entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** p50, p90 and the most, in seconds. */
function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    seconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return `${at(0.5)} (p50), ${at(0.9)} (p90), ${seconds(sorted.at(-1) ?? 0)} (most)`;
}

function seconds(ms: number): string {
  return ms === Number.POSITIVE_INFINITY ? 'never' : `${(ms / 1000).toFixed(2)} s`;
}

function minutes(ms: number): string {
  return ms < 120_000 ? seconds(ms) : `${(ms / 60_000).toFixed(1)} min`;
}
