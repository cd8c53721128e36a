// What the journal's tables hold, as the agent sees it.
import { type Command, commandSchema, type Reply, replySchema } from '../../shared/wire/envelope.ts';
import { isDoubtful, type JournalState } from './state.ts';

/** Whose command it is: the cloud's, or one of many that it asked for at once; or the agent's own, and how urgent. */
export type Origin = 'command' | 'batch' | 'overdue' | 'rule';

/** Whether the cloud has asked for it, by itself or among many: then it is ordered by when it was issued, and another agent may have it. */
export function isOfCloud(origin: Origin): boolean {
  return origin === 'command' || origin === 'batch';
}

/** A write that the agent orders by itself. */
export interface OwnWrite {
  readonly command: Command;
  readonly userId: string;
  readonly origin: Origin;
}

export interface JournalRow {
  readonly id: string;
  readonly state: JournalState;
  readonly origin: Origin;
  readonly issuedAt: number;
  readonly notAfter: number;
  /** Agent's wall clock when it came. */
  readonly receivedAt: number;
  readonly userId: string | null;
  /** The command with its arguments; null once settled: secrets do not stay. */
  readonly command: Command | null;
  /** What was noted before the write: the record as it was (null for a create) and the uid. */
  readonly uid: number | null;
  readonly preimage: Buffer | null;
  readonly reply: Reply | null;
}

export interface OutboxItem {
  readonly seq: number;
  readonly commandId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface OutboxMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Data of user lists and the like is not kept in the journal: only what a small reply carries inline. */
export function smallData(reply: Reply): unknown {
  return reply.parts === undefined ? reply.data : undefined;
}

/** True if the command's result must be looked up at the terminal. */
export function isInDoubt(row: JournalRow): boolean {
  return isDoubtful(row.state);
}

/** A row of the table `commands`, checked. */
export function toRow(row: Record<string, unknown>): JournalRow {
  return {
    id: row.id as string,
    state: row.state as JournalState,
    origin: row.origin as Origin,
    issuedAt: row.issued_at as number,
    notAfter: row.not_after as number,
    receivedAt: row.received_at as number,
    userId: row.user_id as string | null,
    command: row.command === null ? null : commandSchema.parse(JSON.parse(row.command as string)),
    uid: row.uid as number | null,
    preimage: row.preimage === null ? null : Buffer.from(row.preimage as Uint8Array),
    reply: row.reply === null ? null : replySchema.parse(JSON.parse(row.reply as string)),
  };
}

/** A row of the table `outbox`. */
export function toOutboxItem(row: Record<string, unknown>): OutboxItem {
  return {
    seq: row.seq as number,
    commandId: row.command_id as string,
    topic: row.topic as string,
    payload: row.payload as Uint8Array,
  };
}
