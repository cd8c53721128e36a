// Where the fields of a user record lie, for both widths that terminals use.

/** Bytes of a user record. */
export type UserWidth = 72 | 28;

export interface UserLayout {
  readonly password: { readonly at: number; readonly bytes: number };
  readonly name: { readonly at: number; readonly bytes: number };
  /** u32. */
  readonly card: number;
  /** u8. */
  readonly group: number;
  /** Text in `bytes`, or a u32 where `bytes` is null. */
  readonly userId: { readonly at: number; readonly bytes: number | null };
}

/** u16 in both. */
export const UID_AT = 0;
/** u8 in both: bit 0 disabled, bits 1–3 the level. */
export const PRIVILEGE_AT = 2;
export const DISABLED_BIT = 0x01;
export const LEVEL_BITS = 0x0e;

/**
 * Behind the group follow own-zone flag (u16 @40) and zones (u16 @42, 44, 46) in 72 bytes, a zone (u16 @22) in 28;
 * the byte @20 of the short form has no known meaning. None of them is ever touched in an existing record.
 */
export const USER_LAYOUTS: Readonly<Record<UserWidth, UserLayout>> = {
  72: {
    password: { at: 3, bytes: 8 },
    name: { at: 11, bytes: 24 },
    card: 35,
    group: 39,
    userId: { at: 48, bytes: 24 },
  },
  28: {
    password: { at: 3, bytes: 5 },
    name: { at: 8, bytes: 8 },
    card: 16,
    group: 21,
    userId: { at: 24, bytes: null },
  },
};
