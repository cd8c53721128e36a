// A roll-out: one version for many branches, step by step. Pure: what it holds, and what comes next of it.
//
// How the folder works: asking.ts is about one branch, placing.ts and steering.ts about roll-outs, whose rows rollouts.ts keeps; rounds.ts
// goes on with each every minute, by outcomes.ts (one branch) and this file (all of them); telling.ts speaks to agents for all.
import * as z from 'zod';
import { sha256Schema, versionSchema } from '../../shared/domain/agent-package.ts';
import { updateReasonSchema } from '../../shared/domain/agent-update.ts';
import { commandIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';

const epochMs = z.number();

export const ROLLOUT_STATES = ['running', 'paused', 'stopped', 'cancelled', 'done'] as const;

/** How a branch stands in it. */
export const BRANCH_STATES = ['pending', 'waiting', 'under_way', 'updated', 'failed', 'skipped'] as const;
type BranchState = (typeof BRANCH_STATES)[number];

/**
 * Why a branch was passed over:
 * - `newer`: its agent is of a later version
 * - `replaced`: another version was asked for there
 * - `gone`: there is no such branch any more
 * - `cancelled`: the roll-out was, before the branch was told
 * - `expired`: it was away for all of the time of the roll-out
 */
export const SKIP_REASONS = ['newer', 'replaced', 'gone', 'cancelled', 'expired'] as const;

const outcomeSchema = z.object({
  state: z.enum(BRANCH_STATES),
  /** `lost`: it was told, and is away since; `no_word`: it was so until the end. */
  reason: z.union([updateReasonSchema, z.enum(['lost', 'no_word']), z.enum(SKIP_REASONS)]).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const countsSchema = z.record(z.enum(BRANCH_STATES), z.int().min(0));
export type Counts = z.infer<typeof countsSchema>;

/** All of it that is small. */
export const rolloutSchema = z.object({
  tenant: slugSchema,
  id: commandIdSchema,
  version: versionSchema,
  url: z.string(),
  sha256: sha256Schema,
  /** Percent of the branches, each more than the one before; the last is 100. */
  steps: z.array(z.number()),
  /** From one step to the next, at least. */
  minutes: z.number(),
  /** It stops by itself at so many failures. */
  stopAfter: z.number(),
  state: z.enum(ROLLOUT_STATES),
  /** Which of the steps it is at, from 0. */
  step: z.number(),
  /** When all branches of the step that were there had ended; null: they have not. */
  stepEndedAt: epochMs.nullable(),
  /** Failures that were there when somebody let it go on. */
  accepted: z.number(),
  counts: countsSchema,
  /** When they were counted. */
  countedAt: epochMs,
  createdAt: epochMs,
  /** Whoever is away for so long is passed over. */
  endsAt: epochMs,
  /** Nothing more comes of it. */
  endedAt: epochMs.nullable(),
  /** Counts its changes. */
  rev: z.number(),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/** Its branches in their order, and how each stands. */
export interface Branches {
  readonly sites: readonly string[];
  readonly outcomes: readonly Outcome[];
  readonly rev: number;
}

export const PENDING: Outcome = { state: 'pending' };

/** Nothing more comes of such a branch, unless it is `lost`. */
export function hasEnded({ state, reason }: Outcome): boolean {
  return (state === 'updated' || state === 'failed' || state === 'skipped') && reason !== 'lost';
}

export function countsOf(outcomes: readonly Outcome[]): Counts {
  const counts: Counts = { pending: 0, waiting: 0, under_way: 0, updated: 0, failed: 0, skipped: 0 };
  for (const { state } of outcomes) counts[state] += 1;
  return counts;
}

/** How many branches have begun with this step. */
export function reachOf({ steps, step }: Pick<Rollout, 'steps' | 'step'>, total: number): number {
  return Math.min(total, Math.ceil((total * (steps[step] ?? 100)) / 100));
}

/** What follows from how the branches stand. */
export type Next = 'stop' | 'end' | 'step' | 'note_step' | 'unnote_step' | 'nothing';

/** @param isQuiet no branch of the step is at it, or there and about to be */
export function nextOf(rollout: Rollout, outcomes: readonly Outcome[], isQuiet: boolean, now: number): Next {
  const { state, accepted, stopAfter, steps, step, stepEndedAt, minutes } = rollout;
  const counts = countsOf(outcomes);
  if (state === 'running' && counts.failed - accepted >= stopAfter) return 'stop';
  if (outcomes.every(hasEnded)) return 'end';
  if (state !== 'running' || step >= steps.length - 1) return 'nothing';
  // Branches that are all away have shown nothing of the version.
  const isShown = isQuiet && counts.updated > 0;
  if (!isShown) return stepEndedAt === null ? 'nothing' : 'unnote_step';
  if (stepEndedAt === null) return minutes > 0 ? 'note_step' : 'step';
  return now - stepEndedAt >= minutes * 60_000 ? 'step' : 'nothing';
}

/** The state in which it goes on; null: it cannot. */
export function steered(
  { state, endedAt }: Pick<Rollout, 'state' | 'endedAt'>,
  to: 'pause' | 'resume' | 'cancel',
): Rollout['state'] | null {
  if (endedAt !== null || state === 'done' || state === 'cancelled') return null;
  return ({ pause: 'paused', resume: 'running', cancel: 'cancelled' } as const)[to];
}

const LETTERS: Readonly<Record<BranchState, string>> = {
  pending: '.',
  waiting: 'w',
  under_way: 'b',
  updated: 'u',
  failed: 'f',
  skipped: 's',
};

/** One letter a branch, and the reasons of those that have one: ten thousand branches fit into a row. */
export function packed(outcomes: readonly Outcome[]): string {
  const letters = outcomes.map(({ state }) => LETTERS[state]).join('');
  const reasons = outcomes.flatMap(({ reason }, index) => (reason === undefined ? [] : [[index, reason]]));
  return JSON.stringify({ letters, reasons });
}

const packedSchema = z.object({ letters: z.string(), reasons: z.array(z.tuple([z.int(), z.string()])) });

export function unpacked(text: string): Outcome[] {
  const { letters, reasons } = packedSchema.parse(JSON.parse(text));
  const byIndex = new Map(reasons);
  return [...letters].map((letter, index) => {
    const state = BRANCH_STATES.find((name) => LETTERS[name] === letter);
    const reason = byIndex.get(index);
    return outcomeSchema.parse({ state, ...(reason === undefined ? {} : { reason }) });
  });
}
