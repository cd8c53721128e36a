// From a result to messages in the outbox, and from the outbox to the cloud.
import { gzipSync } from 'node:zlib';
import { VERSION } from '../../shared/version.ts';
import { PART_BYTES, type Reply, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { replyPart, type SiteAddress, topics } from '../../shared/wire/topics.ts';
import type { OutboxMessage } from '../journal/rows.ts';
import type { Result } from '../result.ts';

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
  const count = Math.ceil(zipped.length / PART_BYTES);
  const parts = Array.from({ length: count }, (_, index) => ({
    topic: topics.answer(at, id, replyPart('ok', index + 1)),
    payload: zipped.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  }));
  const reply: Reply = { ...head, parts: count };
  return { reply, messages: [...parts, envelopeMessage(at, reply, isWrite)] };
}

/**
 * The message that carries a reply's envelope; its topic names the status, see `replyPart`. One of a change goes to whoever listens, for the
 * feed hears of it, too; all others go straight to the rule that stores them.
 */
export function envelopeMessage(at: SiteAddress, reply: Reply, isWrite: boolean): OutboxMessage {
  const part = replyPart(reply.status, 0);
  const isChange = isWrite && reply.status === 'ok' && reply.verified !== 'none';
  return {
    topic: isChange ? topics.reply(at, reply.id, part) : topics.answer(at, reply.id, part),
    payload: Buffer.from(JSON.stringify(reply)),
  };
}
