import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, FrameDecoder } from './frame.ts';

const payload = fc.uint8Array({ minLength: 8, maxLength: 300 }).map((bytes) => Buffer.from(bytes));

/** Cuts a stream at the given places. */
function cutAt(stream: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => stream.subarray(from, cuts[index] ?? stream.length));
}

function decodeAll(decoder: FrameDecoder, chunks: readonly Buffer[]): string[] {
  return chunks.flatMap((chunk) => decoder.push(chunk).map((bytes) => bytes.toString('hex')));
}

test('any split of any frames decodes alike', () => {
  fc.assert(
    fc.property(
      fc.array(payload, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 60 }),
      (payloads, places) => {
        const stream = Buffer.concat(payloads.map(encodeFrame));
        const decoder = new FrameDecoder();
        const decoded = decodeAll(decoder, cutAt(stream, places));
        expect(decoded).toEqual(payloads.map((bytes) => bytes.toString('hex')));
        expect(decoder.held).toBe(0);
        expect(decoder.broken).toBeNull();
      },
    ),
  );
});

test('any split of any bytes decodes alike, to the same frames and the same damage', () => {
  const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const pieces = fc.array(fc.oneof(payload.map(encodeFrame), noise), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(), { maxLength: 60 }), (parts, places) => {
      const stream = Buffer.concat(parts);
      const whole = new FrameDecoder();
      const cut = new FrameDecoder();
      expect(decodeAll(cut, cutAt(stream, places))).toEqual(decodeAll(whole, [stream]));
      expect(cut.broken?.message).toBe(whole.broken?.message);
      expect(cut.held).toBe(whole.held);
    }),
  );
});

test('a frame of 64 KB comes through one byte at a time', () => {
  const bytes = Buffer.alloc(65480, 7);
  const frame = encodeFrame(bytes);
  const decoder = new FrameDecoder();
  const payloads = Array.from(frame, (_, at) => decoder.push(frame.subarray(at, at + 1))).flat();
  expect(payloads).toHaveLength(1);
  expect(payloads[0]!.equals(bytes)).toBe(true);
});

test('a payload that was handed out is not overwritten by the next frame', () => {
  const decoder = new FrameDecoder();
  const [first, second] = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)].map(encodeFrame);
  decoder.push(first!.subarray(0, 11));
  const [payloadOfFirst] = decoder.push(Buffer.concat([first!.subarray(11), second!.subarray(0, 13)]));
  decoder.push(second!.subarray(13));
  expect(payloadOfFirst!.equals(Buffer.alloc(20, 1))).toBe(true);
});

test('frames before the damage are given, nothing after it', () => {
  const decoder = new FrameDecoder();
  const good = encodeFrame(Buffer.alloc(8));
  expect(decoder.push(Buffer.concat([good, Buffer.from('no frame at all'), good]))).toHaveLength(1);
  expect(decoder.broken?.code).toBe('protocol');
  expect(decoder.push(good)).toHaveLength(0);
});

test.each([0, 7, 0x01000001, 0xffffffff])('a claim of %i bytes breaks the stream at once', (length) => {
  const head = Buffer.from('5050827d00000000', 'hex');
  head.writeUInt32LE(length, 4);
  const decoder = new FrameDecoder();
  expect(decoder.push(head)).toEqual([]);
  expect(decoder.broken?.code).toBe('protocol');
});

test('memory follows what came, not what was claimed', () => {
  const head = Buffer.from('5050827d00004000', 'hex'); // 4 MB
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 64 }, () => {
    const decoder = new FrameDecoder();
    decoder.push(head);
    return decoder;
  });
  expect(decoders.every(({ broken, held }) => broken === null && held === 8)).toBe(true);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});
