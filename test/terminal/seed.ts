// Makes plausible contents of a terminal: users whose records hold groups, time zones and junk, punches, templates.
import { Random } from './random.ts';
import { newRecord, type RecordFields, type RecordLayout } from './user-record.ts';

const GIVEN = ['Ana', 'Luis', 'María', 'José', 'Rosa', 'Íñigo', 'Carla', 'Juan', 'Elena', 'Raúl'] as const;
const FAMILY = ['Quispe', 'Núñez', 'Mamani', 'Flores', 'Rojas', 'Peña', 'Vargas', 'Choque', 'Ortiz'] as const;
const LATIN_ENCODINGS = new Set(['utf-8', 'latin1', 'cp1252']);

export interface SeedOptions extends Partial<RecordLayout> {
  /** The same seed makes the same users. */
  readonly seed?: number;
  readonly firstUid?: number;
  readonly firstUserId?: number;
}

/**
 * Raw records of `count` users with user_ids from 1001 on. Every record holds bytes that a careless client destroys:
 * groups other than 1, own time zones, a privilege with the disabled bit, junk after every terminator.
 */
export function seedUsers(count: number, options: SeedOptions = {}): Buffer[] {
  const {
    width = 72,
    userIdBytes = 9,
    encoding = 'utf-8',
    seed = 1,
    firstUid = 1,
    firstUserId = 1001,
  } = options;
  const random = new Random(seed);
  const layout: RecordLayout = { width, userIdBytes, encoding };
  return Array.from({ length: count }, (_, at) =>
    seedRecord(firstUid + at, String(firstUserId + at), layout, random),
  );
}

function seedRecord(uid: number, userId: string, layout: RecordLayout, random: Random): Buffer {
  const record = newRecord(uid, seedFields(userId, layout, random), layout, random.between(1, 255));
  if (layout.width === 28) {
    record.writeUInt8(random.between(0, 255), 20);
    record.writeUInt16LE(random.between(0, 50), 22);
    return record;
  }
  record.writeUInt16LE(random.between(0, 1), 40);
  for (const at of [42, 44, 46]) record.writeUInt16LE(random.between(0, 50), at);
  const afterUserId = 48 + userId.length + 1;
  random.bytes(72 - afterUserId).copy(record, afterUserId);
  return record;
}

function seedFields(userId: string, layout: RecordLayout, random: Random): RecordFields {
  const plain = (text: string): string =>
    LATIN_ENCODINGS.has(layout.encoding) ? text : text.normalize('NFD').replace(/[^\x20-\x7e]/g, '');
  const given = plain(random.pick(GIVEN));
  const long = plain(`${given} ${random.pick(FAMILY)}`);
  return {
    userId,
    name: layout.width === 28 ? given : long,
    password: random.next() < 0.3 ? String(random.between(1000, 99_999)) : '',
    privilege: random.next() < 0.03 ? 14 : 0,
    disabled: random.next() < 0.05,
    card: random.next() < 0.5 ? random.between(1, 0xffffffff) : 0,
    group: random.between(2, 5),
  };
}

/** Bytes of a template as a sensor might make it; nothing reads them. */
export function seedTemplate(random: Random): Buffer {
  return random.bytes(random.between(400, 1200));
}
