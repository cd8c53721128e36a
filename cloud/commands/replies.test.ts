// Stored messages: only what its topic vouches for is believed.
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { UNZIPPED_BYTES } from '../../shared/wire/envelope.ts';
import { joined, progressOf, replyOf, settlementOf } from './replies.ts';

const id = '01JD8000000000000000000000';
const good = {
  v: 1,
  id,
  status: 'ok',
  applied: 'yes',
  verified: 'ack',
  queueMs: 1,
  deviceMs: 2,
  agentVersion: '1',
  replayed: false,
};

function row(sk: string, body: unknown) {
  return { sk, body: Buffer.from(JSON.stringify(body)).toString('base64'), at: 9 };
}

test('a reply is believed under its own site, command and status only', () => {
  expect(replyOf(row('R#casa#ok-0', good), id, 'casa')).toEqual({ reply: good, at: 9 });
  expect(replyOf(row('R#otra#ok-0', good), id, 'casa')).toBeNull();
  expect(replyOf(row('R#casa#error-0', good), id, 'casa')).toBeNull();
  expect(replyOf(row('R#casa#ok-1', good), id, 'casa')).toBeNull();
  expect(replyOf(row('R#casa#ok-0', { ...good, id: id.replace('8', '9') }), id, 'casa')).toBeNull();
  expect(replyOf(row('R#casa#ok-0', { ...good, v: 2 }), id, 'casa')).toBeNull();
});

test('no bytes make the reader throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const stored = { sk: 'R#casa#ok-0', body: Buffer.from(bytes).toString('base64'), at: 1 };
      expect(replyOf(stored, id, 'casa')).toBeNull();
      expect(progressOf(stored, id)).toBeNull();
      expect(await joined([bytes])).toBeNull();
    }),
  );
});

test('parts join to what was cut, wherever it was cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.array(fc.nat(500), { maxLength: 5 }), async (value, cuts) => {
      fc.pre(value !== null);
      const bytes = gzipSync(JSON.stringify(value));
      const edges = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
      const parts = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
      expect(await joined(parts)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('unzipping stops at the limit', async () => {
  const text = (bytes: number) => gzipSync(JSON.stringify('x'.repeat(bytes - 2)));
  expect(await joined([text(UNZIPPED_BYTES)])).toHaveLength(UNZIPPED_BYTES - 2);
  expect(await joined([text(UNZIPPED_BYTES + 1)])).toBeNull();
});

test('what fills a sentence holds only characters that may be shown, and is limited; an invalid code is left out', () => {
  const told = (code: string, data: unknown) => {
    const stored = replyOf(row('R#casa#error-0', { ...good, status: 'error', code, data }), id, 'casa');
    return stored === null ? null : settlementOf(stored);
  };
  const address = 'a\u202eb\u001b[31m\n';
  expect(told('device_unreachable', { address, long: 'x'.repeat(2000), n: 3 })).toMatchObject({
    code: 'device_unreachable',
    params: { address: 'a b [31m ', long: 'x'.repeat(500), n: 3 },
  });
  for (const code of ['Not a code', '<script>', 'a\u202e']) {
    expect(told(code, {})).not.toBeNull();
    expect(told(code, {})).not.toHaveProperty('code');
  }
});
