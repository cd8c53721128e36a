// What an address holds behind its path: filters as plain texts, so that a list can be sent to somebody as it is seen.

type Texts<N extends string> = { readonly [K in N]?: string };

/** For `validateSearch`: the texts of these names, and nothing else. */
export function texts<const N extends string>(...names: readonly N[]) {
  return (given: Readonly<Record<string, unknown>>): Texts<N> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = given[name];
        return typeof value === 'string' && value !== '' ? [[name, value]] : [];
      }),
    ) as Texts<N>;
}

/** `?user_id=0012` stays the text that it is. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  const text = new URLSearchParams(given).toString();
  return text === '' ? '' : `?${text}`;
}
