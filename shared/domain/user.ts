// A terminal's user as all of the code speaks of it, and the fingers of a hand.
import * as z from 'zod';
import type { Language } from '../words.ts';

/** Privileges that terminals know: user, and administrators of rising power. */
export const PRIVILEGES = [0, 2, 6, 14] as const;

/** A user as listed: never with the password. `uid` is the terminal's internal number, `user_id` the badge. */
export const userSchema = z.object({
  uid: z.int().min(0).max(65535),
  user_id: z.string(),
  name: z.string(),
  /** As the terminal holds it; terminals may hold values that no caller may write. */
  privilege: z.int().min(0).max(255),
  card: z.int().min(0).max(0xffffffff),
});
export type User = z.infer<typeof userSchema>;

/** The changeable fields of a user; what is left out keeps its value. */
export const userFieldsSchema = z.strictObject({
  name: z.string().min(1).optional(),
  /** Empty removes the PIN. */
  password: z.string().optional(),
  privilege: z.union([z.literal(0), z.literal(2), z.literal(6), z.literal(14)]).optional(),
  /** 0 removes the card. */
  card: z.int().min(0).optional(),
});
export type UserFields = z.infer<typeof userFieldsSchema>;

const FINGER_NAMES = {
  es: [
    'Pulgar derecho',
    'Indice derecho',
    'Medio derecho',
    'Anular derecho',
    'Meñique derecho',
    'Pulgar izquierdo',
    'Indice izquierdo',
    'Medio izquierdo',
    'Anular izquierdo',
    'Meñique izquierdo',
  ],
  en: [
    'Right thumb',
    'Right index',
    'Right middle',
    'Right ring',
    'Right little',
    'Left thumb',
    'Left index',
    'Left middle',
    'Left ring',
    'Left little',
  ],
} as const;

/** Name of a finger 0–9: right thumb to little finger, then left. */
export function fingerName(index: number, language: Language): string {
  return FINGER_NAMES[language][index] ?? `${index}`;
}
