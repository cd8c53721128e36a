// The update that is wanted of a branch's agent, in the row of the branch.
//
// Three attributes, each with the id of the wish, and each written by one side alone: the wish by whoever asks, when it was told by
// whoever tells it, what the agent says of it by its hello. So none of them can undo what another has written meanwhile.
import * as z from 'zod';
import { sha256Schema, versionSchema } from '../../shared/domain/agent-package.ts';
import {
  type UpdateReason,
  type UpdateReport,
  updateReasonSchema,
} from '../../shared/domain/agent-update.ts';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';

const id = commandIdSchema;
const epochMs = z.number();

export const updateWishSchema = z.object({
  id,
  version: versionSchema,
  /** Where the agent's updater fetches the package. It may hold a signature for whoever knows it: it is never shown. */
  url: z.string(),
  sha256: sha256Schema,
  askedAt: epochMs,
  /** The roll-out that it belongs to. */
  rollout: commandIdSchema.optional(),
});
export type UpdateWish = z.infer<typeof updateWishSchema>;

/** Noted before it is told: without it, nobody has told the agent anything. */
export const updateToldSchema = z.object({ id, at: epochMs });

export const updateHeardSchema = z.object({
  id,
  /** `none`: it was under way, and the agent knows nothing of it any more. */
  state: z.enum(['none', 'under_way', 'updated', 'failed']),
  reason: updateReasonSchema.optional().catch(undefined),
  at: epochMs,
});
type UpdateHeard = z.infer<typeof updateHeardSchema>;

export interface UpdateRow {
  readonly agentVersion?: string | undefined;
  readonly update?: UpdateWish | undefined;
  readonly updateTold?: z.infer<typeof updateToldSchema> | undefined;
  readonly updateHeard?: UpdateHeard | undefined;
}

export const UPDATE_STATES = ['waiting', 'told', 'under_way', 'updated', 'failed'] as const;

/** How the update stands that is wanted, or was wanted last. */
export interface UpdateStanding {
  readonly wish: UpdateWish;
  readonly state: (typeof UPDATE_STATES)[number];
  readonly reason: UpdateReason | null;
  readonly toldAt: number | null;
  /** When it was known to have ended. */
  readonly settledAt: number | null;
}

/** Null where none was ever wanted. */
export function updateOf({ update: wish, updateTold, updateHeard }: UpdateRow): UpdateStanding | null {
  if (wish === undefined) return null;
  const toldAt = updateTold?.id === wish.id ? updateTold.at : null;
  const heard = updateHeard?.id === wish.id && updateHeard.state !== 'none' ? updateHeard : null;
  if (heard === null) {
    return { wish, state: toldAt === null ? 'waiting' : 'told', reason: null, toldAt, settledAt: null };
  }
  const settledAt = heard.state === 'under_way' ? null : heard.at;
  return {
    wish,
    state: heard.state === 'none' ? 'told' : heard.state,
    reason: heard.reason ?? null,
    toldAt,
    settledAt,
  };
}

export function isUpdateOpen({ state }: UpdateStanding): boolean {
  return state !== 'updated' && state !== 'failed';
}

/** What a hello tells of updates. */
export interface UpdateNews {
  readonly agentVersion: string;
  /** Undefined: the agent is older, and takes none. */
  readonly update?: UpdateReport | null | undefined;
}

/** What is to be noted of the update that is wanted after a hello; null: nothing new. */
export function heardAfter(row: UpdateRow | null, news: UpdateNews, now: number): UpdateHeard | null {
  const standing = row === null ? null : updateOf(row);
  if (standing === null || !isUpdateOpen(standing)) return null;
  const { wish, state } = standing;
  const { agentVersion, update } = news;
  const told = (of: Pick<UpdateHeard, 'state' | 'reason'>): UpdateHeard => ({ id: wish.id, at: now, ...of });
  if (update?.id === wish.id) {
    if (update.state === state) return null;
    return told({ state: update.state, ...(update.reason && { reason: update.reason }) });
  }
  // Somebody has installed it by hand, or the updater's memory is gone.
  if (agentVersion === wish.version && update?.state !== 'under_way') return told({ state: 'updated' });
  if (update === undefined) return told({ state: 'failed', reason: 'unsupported' });
  return state === 'under_way' ? told({ state: 'none' }) : null;
}

/** A word that was told so lately may still be on its way, or its effect. */
const ON_ITS_WAY_MS = 30_000;

/** The wish that the agent is to be told of; null: none, or it has it. */
export function dueUpdate(row: UpdateRow, now: number): UpdateWish | null {
  const standing = updateOf(row);
  if (standing === null) return null;
  const { state, toldAt, wish } = standing;
  if (state === 'waiting') return wish;
  return state === 'told' && toldAt !== null && now - toldAt > ON_ITS_WAY_MS ? wish : null;
}
