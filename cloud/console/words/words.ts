// All words of the console, each beside its other language, so that none can be missing. An area has its file.
import { branch } from './branch.ts';
import { common } from './common.ts';
import { overview } from './overview.ts';
import { shell } from './shell.ts';
import { signIn } from './sign-in.ts';
import { terminal } from './terminal.ts';

export const LANGUAGES = ['es', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export const words = { branch, common, overview, shell, signIn, terminal } as const;

type Both = Readonly<Record<Language, string>>;
/** The words of one language, under the same keys. */
export type Spoken<T> = { [K in keyof T]: T[K] extends Both ? string : Spoken<T[K]> };

function isBoth(value: object): value is Both {
  return 'es' in value && typeof value.es === 'string';
}

/** What i18next takes: the words of one language. */
export function spokenIn<T extends object>(language: Language, all: T): Spoken<T> {
  const entries = Object.entries(all).map(([key, value]: [string, object]) => [
    key,
    isBoth(value) ? value[language] : spokenIn(language, value),
  ]);
  return Object.fromEntries(entries) as Spoken<T>;
}
