// What a 200 says to people, in the caller's language: the sentence that stands with its route.
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { filled, type Language } from '../../../shared/words.ts';

type Routes = typeof routes;
type PlacesOf<S extends string> = S extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;

/** The routes whose 200 says something. */
type Speaking = { [N in RouteName]: Routes[N] extends { readonly says: object } ? N : never }[RouteName];
type Places<N extends Speaking> = { readonly [P in PlacesOf<Routes[N]['says']['es']>]: string };

/** The sentence of a route's 200; every place of it must be given. */
export function message<N extends Speaking>(route: N, language: Language, places: Places<N>): string {
  return filled(routes[route].says[language], places, language);
}
