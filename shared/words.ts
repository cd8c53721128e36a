// Words inside sentences: named by the key of a phrase wherever they are made, phrased where somebody reads them.
import { type PhraseKey, phrases } from './phrases.ts';

export type Language = 'es' | 'en';

/** Words that an edge has put into the reader's language already: an object, so that no text passes for them. */
export class Spoken {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** `@key` stands for a phrase. */
export type Phrase = `@${PhraseKey}`;
/** What a place for words may hold. A plain text in the code is neither, and does not compile. */
export type Words = Phrase | Spoken;

/**
 * Places of sentences that hold words of ours. In any other place a value is an identifier, a number or text from a caller,
 * even one that looks like a key.
 */
export const WORD_PLACES = ['limit', 'problem', 'reason', 'what', 'asked'] as const;
export type WordPlace = (typeof WORD_PLACES)[number];

export type Param = string | number | Spoken;
type Params = Readonly<Record<string, Param>>;

function isWordPlace(place: string): place is WordPlace {
  return (WORD_PLACES as readonly string[]).includes(place);
}

function isPhrase(value: Param): value is Phrase {
  return typeof value === 'string' && value.startsWith('@') && Object.hasOwn(phrases, value.slice(1));
}

const MOST_HEARD = 200;

/**
 * The words that `value` stands for. A phrase that is not known here comes from an agent of another version: it is
 * quoted, cut and without control characters.
 */
export function wordsOf(value: Param, params: Params, language: Language): string {
  if (value instanceof Spoken) return String(value);
  if (isPhrase(value)) return filled(phrases[value.slice(1) as PhraseKey][language], params, language);
  const clean = String(value).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return filled(phrases.agent_said[language], { said: clean.slice(0, MOST_HEARD).trim() }, language);
}

/** A sentence with its `{places}` filled. A phrase may have places for words of its own; one without a param stays visible. */
export function filled(sentence: string, params: Params, language: Language): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined) return place;
    return isWordPlace(name) ? wordsOf(value, without(params, name), language) : String(value);
  });
}

/** A phrase that refers to itself ends there. */
function without(params: Params, name: string): Params {
  return Object.fromEntries(Object.entries(params).filter(([place]) => place !== name));
}
