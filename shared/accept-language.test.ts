// Accept-Language: Spanish unless English is ranked higher.
import { expect, test } from 'vitest';
import { englishUnlessAsked, preferredLanguage } from './accept-language.ts';

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
  ['en;q=0.8, es;q=0.8', 'en'],
  ['es-BO;q=0.2, en;q=0.3, es;q=0.9', 'es'],
  ['en ; q=1.000 , es;q=0.999', 'en'],
  ['en;q=1.5, es;q=0.1', 'es'],
  ['en;q=0.1234', 'es'],
  ['en;q=.9, es;q=0.1', 'es'],
  ['en;q=0.5, *;q=0.8', 'es'],
  ['en, *;q=0.8', 'en'],
  ['*, es;q=0.5', 'en'],
  ['es;q=0', 'en'],
  ['es;q=0, en;q=0', 'es'],
  ['*;q=0', 'es'],
  ['en\nes', 'es'],
  ['english', 'es'],
] as const)('%s → %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

test.each([
  [undefined, 'en'],
  ['*', 'en'],
  ['fr', 'en'],
  ['es-BO', 'es'],
  ['es-BO,es;q=0.9,en;q=0.8', 'es'],
  ['en, es;q=0.5', 'en'],
  ['es;q=0', 'en'],
])('where English is usual, %j is answered in %s', (header, language) => {
  expect(englishUnlessAsked(header)).toBe(language);
});
