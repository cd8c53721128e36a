// What a password must be: length, kinds of characters, and nothing that is easy to guess.
import { dictionary } from '@zxcvbn-ts/language-common';
import { AccountError } from './errors.ts';
import type { Settings } from './model.ts';

const RULES = { cases: 1, digit: 2, special: 4, guessable: 8 } as const;

/** A space and ASCII punctuation. */
const SPECIAL = /[ -/:-@[-`{-~]/;

let common: ReadonlySet<string> | null = null;

function isCommon(password: string): boolean {
  common ??= new Set(dictionary['passwords-common'].map(String));
  return common.has(password);
}

/** The names that a password must not hold. */
export interface Names {
  readonly username: string;
  readonly name: string;
  readonly surname: string;
}

/** @throws AccountError naming the first rule that the password breaks; `path` says where it stands */
export function checkPassword(password: string, path: string, settings: Settings, names: Names): void {
  const { passwordMinLength: min, passwordRules: rules } = settings;
  const asks = (rule: keyof typeof RULES) => (rules & RULES[rule]) !== 0;
  if ([...password].length < min) throw new AccountError('password_short', { path, min });
  if (asks('cases') && !(/[a-z]/.test(password) && /[A-Z]/.test(password)))
    throw new AccountError('password_case', { path });
  if (asks('digit') && !/[0-9]/.test(password)) throw new AccountError('password_digit', { path });
  if (asks('special') && !SPECIAL.test(password)) throw new AccountError('password_special', { path });
  if (!asks('guessable')) return;
  const lower = password.toLowerCase();
  const held = [names.name, names.surname, names.username].some(
    (name) => name !== '' && lower.includes(name.toLowerCase()),
  );
  if (held) throw new AccountError('password_names', { path });
  if (isCommon(password)) throw new AccountError('password_common', { path });
}
