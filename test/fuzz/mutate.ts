// Damage as bad lines, bad memory and attackers cause it.
import type { Random } from '../terminal/random.ts';

const MOST_CHANGES = 4;
const MOST_INSERTED = 64;

/** One to four changes of a copy: bits, bytes, runs, cuts, repeats. The result may be empty, or unchanged. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let change = random.between(1, MOST_CHANGES); change > 0; change--) {
    result = random.pick(CHANGES)(result, random);
  }
  return result;
}

type Change = (bytes: Buffer<ArrayBuffer>, random: Random) => Buffer<ArrayBuffer>;

/** Numbers at which counting code goes wrong. */
const EDGES = [
  0, 1, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
] as const;

const CHANGES: readonly [Change, ...Change[]] = [
  function flipBit(bytes, random) {
    const at = random.between(0, Math.max(0, bytes.length - 1));
    if (bytes.length > 0) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.between(0, 7)), at);
    return bytes;
  },
  function setByte(bytes, random) {
    if (bytes.length > 0) bytes.writeUInt8(random.between(0, 255), random.between(0, bytes.length - 1));
    return bytes;
  },
  function setNumber(bytes, random) {
    if (bytes.length >= 4) bytes.writeUInt32LE(random.pick(EDGES), random.between(0, bytes.length - 4));
    return bytes;
  },
  function setHalf(bytes, random) {
    if (bytes.length >= 2)
      bytes.writeUInt16LE(random.pick(EDGES) & 0xffff, random.between(0, bytes.length - 2));
    return bytes;
  },
  function cut(bytes, random) {
    return bytes.subarray(0, random.between(0, bytes.length));
  },
  function drop(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function insert(bytes, random) {
    const at = random.between(0, bytes.length);
    const inserted = random.bytes(random.between(1, MOST_INSERTED));
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  },
];

function range(bytes: Buffer, random: Random): [number, number] {
  const from = random.between(0, bytes.length);
  return [from, Math.min(bytes.length, from + random.between(0, MOST_INSERTED))];
}
