// From a result to messages in the outbox, and from the outbox to the cloud.
import { gzipSync } from 'node:zlib';
import { VERSION } from '../../shared/version.ts';
import { PART_BYTES, type Reply, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { isSaidAloud } from '../../shared/wire/events.ts';
import { replyPart, type SiteAddress, topics } from '../../shared/wire/topics.ts';
import type { OutboxMessage } from '../journal/rows.ts';
import type { Result } from '../result.ts';

/**
 * The first part is small. The SDK writes 4 KB at a time and leaves Nagle's algorithm on: behind the first write all others would wait for a
 * delayed TCP acknowledgement (40 ms), but the PUBACK of a message that was in it whole brings that at once.
 */
const FIRST_PART_BYTES = 3 * 1024;

export interface Timing {
  readonly queueMs: number;
  readonly deviceMs: number;
}

/**
 * The envelope and its messages, binary parts first: who sees the envelope may expect the parts.
 *
 * @param isWrite whether it is the result of a change of a terminal's users
 */
export function toMessages(
  at: SiteAddress,
  id: string,
  result: Result,
  timing: Timing,
  isWrite = false,
): { reply: Reply; messages: OutboxMessage[] } {
  const base = {
    v: WIRE_VERSION,
    id,
    queueMs: Math.max(0, Math.round(timing.queueMs)),
    deviceMs: Math.max(0, Math.round(timing.deviceMs)),
    agentVersion: VERSION,
    replayed: false,
  } as const;
  if (result.status !== 'ok') {
    const { code, message, params, applied } = result.error;
    const reply: Reply = {
      ...base,
      status: result.status,
      code,
      message,
      applied,
      verified: 'none',
      data: params,
    };
    return { reply, messages: [envelopeMessage(at, reply, false)] };
  }
  const head = {
    ...base,
    status: 'ok',
    applied: result.applied ?? 'yes',
    verified: result.verified,
  } as const;
  const inline = JSON.stringify(result.data);
  if (Buffer.byteLength(inline) <= PART_BYTES) {
    const reply: Reply = { ...head, data: result.data };
    return { reply, messages: [envelopeMessage(at, reply, isWrite)] };
  }
  const zipped = gzipSync(inline, { level: 3 });
  const parts = cut(zipped).map((payload, index) => ({
    topic: topics.answer(at, id, replyPart('ok', index + 1)),
    payload,
  }));
  const reply: Reply = { ...head, parts: parts.length };
  return { reply, messages: [...parts, envelopeMessage(at, reply, isWrite)] };
}

function cut(zipped: Buffer): Buffer[] {
  const parts = [zipped.subarray(0, FIRST_PART_BYTES)];
  for (let from = FIRST_PART_BYTES; from < zipped.length; from += PART_BYTES) {
    parts.push(zipped.subarray(from, from + PART_BYTES));
  }
  return parts;
}

/** The message that carries a reply's envelope; its topic names the status, see `replyPart`. */
export function envelopeMessage(at: SiteAddress, reply: Reply, isWrite: boolean): OutboxMessage {
  const part = replyPart(reply.status, 0);
  return {
    topic: isSaidAloud(isWrite, reply) ? topics.reply(at, reply.id, part) : topics.answer(at, reply.id, part),
    payload: Buffer.from(JSON.stringify(reply)),
  };
}
