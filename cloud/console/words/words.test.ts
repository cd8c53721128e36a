import { expect, test } from 'vitest';
import { LANGUAGES, spokenIn, words } from './words.ts';

/** Each word by its path, in a language. */
function* flat(all: object, path = ''): Iterable<[string, string]> {
  for (const [key, value] of Object.entries(all)) {
    if (typeof value === 'string') yield [`${path}${key}`, value];
    else yield* flat(value as object, `${path}${key}.`);
  }
}

const [spanish, english] = LANGUAGES.map((language) => new Map(flat(spokenIn(language, words))));

test('Spanish and English have the same keys, and none is empty', () => {
  expect([...spanish!.keys()]).toEqual([...english!.keys()]);
  expect([...spanish!, ...english!].filter(([, word]) => word.trim() === '')).toEqual([]);
});

test('a sentence has the same places to fill in both languages', () => {
  const places = (word = '') => [...word.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
  const differing = [...spanish!].filter(
    ([key, word]) => JSON.stringify(places(word)) !== JSON.stringify(places(english!.get(key))),
  );
  expect(differing).toEqual([]);
});

test('a word that counts has its form for one and for many', () => {
  const ends = [...spanish!.keys()].filter((key) => key.endsWith('_one'));
  expect(ends.filter((key) => !spanish!.has(key.replace(/_one$/, '_other')))).toEqual([]);
});
