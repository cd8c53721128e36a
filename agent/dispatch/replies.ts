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

/** The envelope and its messages, binary parts first: who sees the envelope may expect the parts. */
export function toMessages(
  at: SiteAddress,
  id: string,
  result: Result,
  timing: Timing,
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
    return { reply, messages: [envelopeMessage(at, reply)] };
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
    return { reply, messages: [envelopeMessage(at, reply)] };
  }
  const zipped = gzipSync(inline, { level: 3 });
  const count = Math.ceil(zipped.length / PART_BYTES);
  const parts = Array.from({ length: count }, (_, index) => ({
    topic: topics.reply(at, id, replyPart('ok', index + 1)),
    payload: zipped.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  }));
  const reply: Reply = { ...head, parts: count };
  return { reply, messages: [...parts, envelopeMessage(at, reply)] };
}

/** The message that carries a reply's envelope; its topic names the status, see `replyPart`. */
export function envelopeMessage(at: SiteAddress, reply: Reply): OutboxMessage {
  return {
    topic: topics.reply(at, reply.id, replyPart(reply.status, 0)),
    payload: Buffer.from(JSON.stringify(reply)),
  };
}
