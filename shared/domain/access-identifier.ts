// Identifiers by type, as the agent keeps them: a card or a code of somebody, with a window in time and a number of passes.
import * as z from 'zod';

/** Types of identifiers that callers may name; a ZK terminal holds cards (`card`, `ukey`) and PINs (`inputCode`). */
export const IDENTIFIER_TYPES = ['card', 'face_id', 'inputCode', 'qr', 'ukey', 'license_plate'] as const;
export const identifierTypeSchema = z.enum(IDENTIFIER_TYPES);
export type IdentifierType = (typeof IDENTIFIER_TYPES)[number];

/** A number as a caller writes it, in whichever representation. */
export const identifierNumberSchema = z.string().min(1).max(128);

export const WIEGAND_TYPES = [
  'wiegand_26',
  'wiegand_34',
  'wiegand_42',
  'wiegand_58',
  'wiegand_66',
  'wiegand_130',
] as const;
/** How numbers of cards are written, and how long they may be, at one device. */
export const wiegandSchema = z.object({ mode: z.enum(['hex', 'decimal']), type: z.enum(WIEGAND_TYPES) });
export type Wiegand = z.infer<typeof wiegandSchema>;
export const WIEGAND_DEFAULT: Wiegand = { mode: 'decimal', type: 'wiegand_34' };
/** Whatever a terminal holds fits it. */
export const WIEGAND_WIDEST: Wiegand['type'] = 'wiegand_130';

const MOST_LETTERS_OF_NAME = 128;
const unixSeconds = z.int().min(0).max(253_402_300_799);

/** Null: always. From `from` on, until just before `to`, Unix seconds. */
const windowSchema = z.object({ from: unixSeconds, to: unixSeconds }).nullable();
/** Null: any number of times. */
const maxPassesSchema = z.int().min(1).max(0x7fffffff).nullable();

/** A name that can be somebody's: control characters and what remains of bytes that were no UTF-8 cannot. */
export function isName(name: string): boolean {
  return name.trim() !== '' && name.length <= MOST_LETTERS_OF_NAME && !/[\p{Cc}\p{Cs}\uFFFD]/u.test(name);
}

/** Who has an identifier, where it opens, and within which limits. */
export const identifierRuleShape = {
  owner: z.object({ type: z.enum(['owner', 'guest']), name: z.string().min(1).max(MOST_LETTERS_OF_NAME) }),
  lock: z.enum(['first', 'second', 'all']),
  window: windowSchema,
  max_passes: maxPassesSchema,
};

/**
 * An identifier as it is wished for. Values as the caller wrote them, possible or not: whoever keeps rules judges them all, so
 * that one place knows what is refused and what a batch names twice.
 */
export const identifierWishSchema = z.object({
  number: z.string(),
  /** Another type than it has until now. */
  new_type: identifierTypeSchema.optional(),
  ...identifierRuleShape,
  owner: identifierRuleShape.owner.extend({ name: z.string() }),
  window: z.object({ from: z.int(), to: z.int() }).nullable(),
  max_passes: z.int().nullable(),
  /** Time profiles are bound to it. */
  has_profiles: z.literal(true).optional(),
});
export type IdentifierWish = z.infer<typeof identifierWishSchema>;

/**
 * `waiting`: before its window. `expired`: after it. `used_up`: no pass is left. `overdue`: it should be off the terminal and
 * is not known to be.
 */
export const identifierStateSchema = z.enum(['active', 'waiting', 'expired', 'used_up', 'overdue']);
export type IdentifierState = z.infer<typeof identifierStateSchema>;

/** An identifier as it is. */
export const identifierSchema = z.object({
  type: identifierTypeSchema,
  /** In the representation of the device. */
  number: identifierNumberSchema,
  ...identifierRuleShape,
  /** A terminal may hold any badge. */
  owner: identifierRuleShape.owner.extend({ name: z.string() }),
  /** Null: any number. */
  passes_left: z.int().min(0).nullable(),
  state: identifierStateSchema,
  /** How soon a punch is counted: as it happens, or when the log is next read. */
  passes_enforced: z.enum(['live', 'polled']),
  on_terminal: z.boolean(),
});
export type Identifier = z.infer<typeof identifierSchema>;

/** What became of one item; the words of the contract. */
export const IDENTIFIER_INFOS = [
  'created',
  'updated',
  'deleted',
  'entity_not_found',
  'not_found',
  'number_taken_by_another_identifier',
  'number_of_identifiers_exceeded',
  'invalid_time_rules_settings',
  'face_id_not_supported',
  'bound_time_profile_doesnt_exist',
  'has_dublicates',
  'wrong_rule',
  'identifier_type_not_supported',
  'lock_not_available',
  'owner_ambiguous',
  'terminal_unreachable',
  'terminal_refused',
  'unknown_outcome',
] as const;
export const identifierInfoSchema = z.enum(IDENTIFIER_INFOS);
export type IdentifierInfo = (typeof IDENTIFIER_INFOS)[number];

/** True for what means that the item is as it was asked for. */
export function isSuccess(info: IdentifierInfo): boolean {
  return info === 'created' || info === 'updated' || info === 'deleted';
}
