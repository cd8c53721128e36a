// The language of the sentences, as a caller asks for it.
import type { Language } from './words.ts';

interface Range {
  /** The primary subtag: `es` of `es-BO`, or `*`. */
  readonly primary: string;
  readonly quality: number;
}

/** 0 to 1 with at most three decimals. */
const QUALITY = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** A range that says its quality in no way that the header knows says nothing. */
function rangeOf(text: string): Range[] {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? '1' : QUALITY.exec(given)?.[1];
  if (!/^(\*|[a-z]{1,8}(-[a-z0-9]{1,8})*)$/.test(tag) || quality === undefined) return [];
  return [{ primary: tag.split('-')[0] ?? '', quality: Number(quality) }];
}

/** The range that speaks for a language: the best of those that name it, else `*`. */
function rangeFor(language: Language, ranges: readonly Range[]): Range | undefined {
  const named = ranges.filter(({ primary }) => primary === language);
  const best = Math.max(...named.map(({ quality }) => quality));
  return named.find(({ quality }) => quality === best) ?? ranges.find(({ primary }) => primary === '*');
}

/**
 * Spanish or English, whichever an Accept-Language header ranks higher, the first of two that it ranks alike; Spanish
 * where it names neither, unless it refuses Spanish alone.
 */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const ranges = (acceptLanguage ?? '').split(',').flatMap(rangeOf);
  const [es, en] = [rangeFor('es', ranges), rangeFor('en', ranges)];
  if (en === undefined) return es?.quality === 0 ? 'en' : 'es';
  if (es === undefined) return en.quality > 0 ? 'en' : 'es';
  if (es.quality !== en.quality) return en.quality > es.quality ? 'en' : 'es';
  return ranges.indexOf(en) < ranges.indexOf(es) ? 'en' : 'es';
}

/** Spanish where a header asks for it by name and ranks it before English; else English. For who compares English sentences. */
export function englishUnlessAsked(acceptLanguage: string | undefined): Language {
  const isNamed = (acceptLanguage ?? '')
    .split(',')
    .flatMap(rangeOf)
    .some(({ primary }) => primary === 'es');
  return isNamed ? preferredLanguage(acceptLanguage) : 'en';
}
