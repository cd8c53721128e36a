// Words inside sentences: named by the key of a phrase wherever they are made, phrased where somebody reads them.
import { type PhraseKey, phrases } from './phrases.ts';

export type Language = 'es' | 'en';

declare const spoken: unique symbol;
/** Words that are in the reader's language already. */
export type Spoken = string & { readonly [spoken]: true };

/** `@key` stands for a phrase. */
export type Phrase = `@${PhraseKey}`;
/** What a place for words may hold. A text written down somewhere in the code is neither, and does not compile. */
export type Words = Phrase | Spoken;

/**
 * Places of sentences that hold words of ours. In any other place a value is an identifier, a number or somebody's own
 * text, even one that looks like a key.
 */
export const WORD_PLACES = ['limit', 'problem', 'reason', 'what', 'asked'] as const;
export type WordPlace = (typeof WORD_PLACES)[number];

type Params = Readonly<Record<string, string | number>>;

function isWordPlace(place: string): place is WordPlace {
  return (WORD_PLACES as readonly string[]).includes(place);
}

function isPhrase(value: string | number | undefined): value is Phrase {
  return typeof value === 'string' && value.startsWith('@') && Object.hasOwn(phrases, value.slice(1));
}

/** The words that `value` stands for: those of its phrase, or what it is already. */
export function wordsOf(value: Words, params: Params, language: Language): Spoken {
  if (!isPhrase(value)) return value;
  return filled(phrases[value.slice(1) as PhraseKey][language], params, language) as Spoken;
}

/** A sentence with its `{places}` filled. A phrase may have places for words of its own; one without a param stays visible. */
export function filled(sentence: string, params: Params, language: Language): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined) return place;
    return isWordPlace(name) ? wordsOf(value as Words, without(params, name), language) : String(value);
  });
}

/** A phrase that names itself in a place of its own ends there. */
function without(params: Params, name: string): Params {
  return Object.fromEntries(Object.entries(params).filter(([place]) => place !== name));
}

const MOST_HEARD = 200;

/**
 * Params as they came from an agent of another version: where words of ours belong and no phrase that is known here
 * came, they are told as what the agent said, cut and without control characters.
 */
export function heard(params: Params): Params {
  const place = WORD_PLACES.find((name) => params[name] !== undefined && !isPhrase(params[name]));
  if (place === undefined) return params;
  const said = String(params[place])
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .slice(0, MOST_HEARD)
    .trim();
  return heard({ ...params, said, [place]: '@agent_said' satisfies Phrase });
}
