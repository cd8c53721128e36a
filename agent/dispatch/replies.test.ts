import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { PART_BYTES } from '../../shared/wire/envelope.ts';
import { toMessages } from './replies.ts';

const AT = { tenant: 't', site: 's' };
const TIMING = { queueMs: 0, deviceMs: 1 };

it.each([70_000, 200_000, 1_000_000])(
  '%i bytes of data go in numbered parts before the envelope, the first of them within one write of the SDK',
  (bytes) => {
    const data = { text: randomBytes(bytes / 2).toString('hex') };
    const { reply, messages } = toMessages(AT, 'id', { status: 'ok', data, verified: 'readback' }, TIMING);
    const parts = messages.slice(0, -1);
    expect(reply).toMatchObject({ parts: parts.length });
    expect(reply.data).toBeUndefined();
    expect(JSON.parse(Buffer.from(messages.at(-1)!.payload).toString())).toEqual(reply);
    expect(parts.map(({ topic }) => topic.split('/').at(-1))).toEqual(
      parts.map((_, index) => `ok-${index + 1}`),
    );
    expect(JSON.parse(gunzipSync(Buffer.concat(parts.map(({ payload }) => payload))).toString())).toEqual(
      data,
    );
    // What the SDK writes at once, less the topic, the PUBACK that travels with it, and what the packets say of themselves.
    expect(parts[0]!.payload.length + parts[0]!.topic.length).toBeLessThan(4096 - 200);
    for (const { payload } of parts) expect(payload.length).toBeLessThanOrEqual(PART_BYTES);
  },
);

it('data that fits into the envelope goes in it', () => {
  const data = { text: 'a'.repeat(PART_BYTES / 2) };
  const { reply, messages } = toMessages(AT, 'id', { status: 'ok', data, verified: 'none' }, TIMING);
  expect(messages).toHaveLength(1);
  expect(reply).toMatchObject({ data });
});
