// Accept-Language: Spanish unless English is ranked higher.
import { expect, test } from 'vitest';
import { preferredLanguage } from './language.ts';

test.each([
  [undefined, 'es'],
  ['', 'es'],
  ['en', 'en'],
  ['EN-us', 'en'],
  ['fr, en;q=0.3', 'en'],
  ['fr', 'es'],
  ['es, en', 'es'],
  ['en;q=0.5, es;q=0.9', 'es'],
  ['en;q=0, es;q=0.1', 'es'],
  ['*', 'es'],
  [';;,,q=', 'es'],
] as const)('%s → %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});
