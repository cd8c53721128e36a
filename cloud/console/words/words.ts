// All words of the console, each beside its other language, so that none can be missing. An area has its file.
import { alerts } from './alerts.ts';
import { attendance } from './attendance.ts';
import { branch } from './branch.ts';
import { common } from './common.ts';
import { device } from './device.ts';
import { filter } from './filter.ts';
import { identifier } from './identifier.ts';
import { operators } from './operators.ts';
import { overview } from './overview.ts';
import { people } from './people.ts';
import { shell } from './shell.ts';
import { signIn } from './sign-in.ts';
import { story } from './story.ts';
import { terminal } from './terminal.ts';
import { webhooks } from './webhooks.ts';

export const LANGUAGES = ['es', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export const words = {
  alerts,
  attendance,
  branch,
  common,
  device,
  filter,
  identifier,
  operators,
  overview,
  people,
  shell,
  signIn,
  story,
  terminal,
  webhooks,
} as const;

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
