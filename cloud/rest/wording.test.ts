// Every sentence that a caller can be told, in both languages: the catalogue with each phrase in each of its places.
import { expect, test } from 'vitest';
import * as z from 'zod';
import { fieldTexts } from '../../shared/api/field-texts.ts';
import type { Route } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';
import { catalogue } from '../../shared/catalogue.ts';
import { type ErrorCode, errorText } from '../../shared/errors.ts';
import { type PhraseKey, phrases } from '../../shared/phrases.ts';
import { stageText } from '../../shared/wire/stage.ts';
import { type Language, WORD_PLACES, type Words, wordsOf } from '../../shared/words.ts';
import { fieldText } from './answer/findings.ts';

/**
 * Words that are the same in both languages here: names of fields, settings, states and formats, and the contract's own.
 * A sentence that names another one adds it; a name with an underscore needs no entry.
 */
const SHARED = new Set(
  `no terminal port state password privilege card site uids serial no body json agent yaml use replace true idempotency key dialect token kb error uid bytes bits ascii utf control pin
  false yyyy mm dd ddthh ss local from ipv host tcp udp cached strict gbk gb big latin cp iana america readback accepted
  running succeeded failed expired cancelled unknown pem cable http https url cursor asc desc webhook webhooks sha active paused put delete sites report repair`.split(
    /\s+/,
  ),
);
/** Exact in the contract in both languages; and names of parameters and states that are words of English too. */
const CONTRACT =
  /Connection timeout to device|DELETE (y|and) \?all=true|from (o|or) to|online, offline, refused, swapped, busy (o|or) unknown|online, offline (o|or) unknown|clock, disk (o|or) certificate|(o|or) now$|(posterior a|after) to$/;

/** How a route is called: a method, a path, a query; and what an event is called. */
const CALLS = /\b(GET|POST|PUT|DELETE)( \/[a-z]+)?\b|\/[a-z]+\/|\?\w+=\w*|\b[a-z]+\.[a-z]+\b/g;

const placesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
/** Names of fields, codes and settings have an underscore and are the same in every language. */
const wordsIn = (text: string) =>
  (
    text
      .replace(CONTRACT, '')
      .replace(CALLS, '')
      .replace(/\{\w+\}/g, '')
      .toLowerCase()
      .match(/[a-záéíóúüñ_]{2,}/g) ?? []
  ).filter((word) => !word.includes('_'));

/** What a 200 says stands with its route. */
const messages = Object.fromEntries(
  Object.entries<Route>(routes).flatMap(([name, { says }]) => (says === undefined ? [] : [[name, says]])),
);
const tables = { ...catalogue, ...phrases, ...fieldTexts, ...messages };
const vocabulary = (language: Language) =>
  new Set(
    Object.values(tables)
      .flatMap((entry) => wordsIn(entry[language]))
      .filter((word) => !SHARED.has(word)),
  );
const english = vocabulary('en');
const spanish = vocabulary('es');
const keys = Object.keys(phrases) as PhraseKey[];

/** Numbers for all places but those for words: what is left of the sentence is ours. */
function paramsFor(...texts: readonly string[]): Record<string, string | number> {
  return Object.fromEntries(texts.flatMap(placesOf).map((place) => [place, 7]));
}

test('both languages have the same places', () => {
  for (const [key, { es, en }] of Object.entries(tables)) {
    expect([key, placesOf(es).sort()]).toEqual([key, placesOf(en).sort()]);
  }
});

test.each(Object.keys(catalogue) as ErrorCode[])(
  '%s is told in one language at a time, whatever fills it',
  (code) => {
    for (const language of ['es', 'en'] as const) {
      const sentence: string = catalogue[code][language];
      const wordPlaces = WORD_PLACES.filter((place) => placesOf(sentence).includes(place));
      for (const key of keys) {
        const phrase = phrases[key][language];
        const params = {
          ...paramsFor(sentence, phrase),
          asked: '@asked_other' as const,
          ...Object.fromEntries(wordPlaces.map((place) => [place, `@${key}`])),
        };
        const told = errorText(code, params, language);
        const foreign = language === 'es' ? english : spanish;
        expect(wordsIn(told).filter((word) => foreign.has(word))).toEqual([]);
        if (!key.startsWith('answer_') || !wordPlaces.includes('asked')) expect(told).not.toMatch(/[{}@]/);
      }
    }
  },
);

test('phrases, field texts and messages keep to one language each', () => {
  for (const [key, { es, en }] of Object.entries({ ...phrases, ...fieldTexts, ...messages })) {
    expect([key, wordsIn(es).filter((word) => english.has(word))]).toEqual([key, []]);
    expect([key, wordsIn(en).filter((word) => spanish.has(word))]).toEqual([key, []]);
  }
});

test('this test can tell: raw English in a Spanish sentence is found', () => {
  const told = errorText('device_busy', { device: 'd', reason: '200 commands are waiting' as Words });
  expect(wordsIn(told).filter((word) => english.has(word))).toEqual(['commands', 'are', 'waiting']);
});

const WRONG = [
  null,
  {},
  [],
  '',
  ' ',
  'x',
  '\u0000',
  -1,
  1.5,
  Number.POSITIVE_INFINITY,
  true,
  'x'.repeat(70_000),
  '2026-13-40',
  Number.NaN,
];

test.each((Object.entries(routes) as [string, Route][]).filter(([, { panel }]) => panel === undefined))(
  '%s says what is wrong with each of its fields in words of the table',
  (_name, route) => {
    for (const schema of [route.body, route.query]) {
      if (!(schema instanceof z.ZodObject)) continue;
      for (const field of Object.keys(schema.shape)) {
        for (const value of WRONG) {
          const issues = schema.safeParse({ [field]: value }).error?.issues ?? [];
          const ofField = issues.filter(({ path }) => path[0] === field);
          for (const { message } of ofField)
            expect([field, Object.keys(fieldTexts)]).toEqual([field, expect.arrayContaining([message])]);
        }
      }
    }
  },
);

test('a message of zod itself becomes a wrong value, in our words', () => {
  expect(fieldText('Invalid input: expected object', 'es')).toBe('no tiene un valor admitido');
});

test('stages are put into words; what an agent of another version says is passed on as its own words', () => {
  expect(['waiting', 'reading', 'sample 2/3'].map((stage) => stageText(stage, 'es'))).toEqual([
    'esperando el dedo',
    'leyendo',
    'muestra 2/3',
  ]);
  expect(stageText('sample 2/3', 'en')).toBe('sample 2/3');
  expect(stageText('face 1/2\n<b>', 'es')).toBe('el agente dice «face 1/2 <b>»');
});

test('a phrase has the same words alone as in a sentence', () => {
  expect(wordsOf('@busy_waiting', { max: 200 }, 'es')).toBe('200 órdenes esperan');
});
