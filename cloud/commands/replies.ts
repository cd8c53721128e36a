// Stored messages back into replies: who may speak, which one counts, how parts are joined.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as z from 'zod';
import { agentCode, withoutUnshown } from '../../shared/domain/agent-text.ts';
import type { ErrorParams } from '../../shared/errors.ts';
import {
  type Progress,
  progressSchema,
  type Reply,
  replySchema,
  UNZIPPED_BYTES,
} from '../../shared/wire/envelope.ts';
import { replyPart } from '../../shared/wire/topics.ts';
import { replyPrefix } from '../store/keys.ts';
import type { Settlement, StoredReply } from './ledger.ts';

const unzip = promisify(gunzip);
const paramsSchema = z.record(z.string(), z.union([z.string(), z.number()]));

/** A row that the IoT rule has put. */
export const messageRowSchema = z.object({ sk: z.string(), body: z.base64(), at: z.number() });
export type MessageRow = z.infer<typeof messageRowSchema>;

function parsed<T>(schema: z.ZodType<T>, body: string): T | null {
  try {
    const result = schema.safeParse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

/** The reply in a row, or null if the row is another site's, a binary part, or does not match the contract. */
export function replyOf(row: MessageRow, commandId: string, site: string): StoredReply | null {
  const reply = parsed(replySchema, row.body);
  if (reply === null || reply.id !== commandId) return null;
  // The status is part of the topic: a message that says another one inside is not believed.
  if (row.sk !== `${replyPrefix(site)}${replyPart(reply.status, 0)}`) return null;
  return { reply, at: row.at };
}

export function progressOf(row: MessageRow, commandId: string): Progress | null {
  const progress = parsed(progressSchema, row.body);
  return progress?.id === commandId ? progress : null;
}

/**
 * Which reply counts when several came. `ok` wins over anything; an error met during the work wins over a refusal
 * to work; `busy` comes last, since a later try may have been accepted.
 */
const PRECEDENCE: readonly Reply['status'][] = [
  'ok',
  'error',
  'rejected',
  'cancelled',
  'expired',
  'unknown',
  'busy',
];

export function decisive(replies: readonly StoredReply[]): StoredReply | null {
  for (const status of PRECEDENCE) {
    const found = replies.find(({ reply }) => reply.status === status);
    if (found !== undefined) return found;
  }
  return null;
}

/** True where the outcome is known: later looks at the terminal cannot change it. */
export function isKnown(reply: Pick<Reply, 'status' | 'applied'>): boolean {
  if (reply.status === 'ok') return true;
  return reply.status !== 'unknown' && reply.applied !== 'unknown';
}

/** What fills a place of a sentence is no longer. */
const PARAM_CHARACTERS = 500;

/** The params of the catalogue's sentence; values of a newer agent that are no texts or numbers are dropped. */
function paramsOf(data: unknown): ErrorParams {
  const result = paramsSchema.safeParse(data);
  if (!result.success) return {};
  const shown = Object.entries(result.data).map(
    ([place, value]) =>
      [place, typeof value === 'string' ? withoutUnshown(value, PARAM_CHARACTERS) : value] as const,
  );
  return Object.fromEntries(shown);
}

export function settlementOf({ reply, at }: StoredReply, data: unknown = reply.data): Settlement {
  const { status, code, applied, verified, queueMs, deviceMs } = reply;
  return {
    status,
    // A code is shown as it is. A text that cannot be a code is left out: the status says enough.
    ...(code !== undefined && agentCode.safeParse(code).success ? { code } : {}),
    params: status === 'ok' ? {} : paramsOf(reply.data),
    applied,
    verified,
    ...(status === 'ok' ? { data } : {}),
    at,
    spent: { queueMs, deviceMs },
  };
}

/**
 * Joins the binary parts of a reply: gzipped JSON.
 *
 * @returns the data, or null where it is damaged or unzips to more than UNZIPPED_BYTES
 */
export async function joined(parts: readonly Uint8Array[]): Promise<unknown> {
  try {
    const text = await unzip(Buffer.concat(parts), { maxOutputLength: UNZIPPED_BYTES });
    return JSON.parse(text.toString('utf8'));
  } catch {
    return null;
  }
}
