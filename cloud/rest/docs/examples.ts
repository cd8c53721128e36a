// The example of a route as a caller would send it and get it: `success` and the sentence of its 200 are put in.
import type { Example, Route } from '../../../shared/api/route.ts';
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { filled } from '../../../shared/words.ts';

type Shown = Omit<Example, 'answer'> & { readonly answer: object };

function shown({ example = {}, says, panel }: Route): Shown {
  const { id = '' } = { ...(example.body as { id?: string } | undefined) };
  const places: Record<string, string> = { device: id, ...example.body, ...example.params };
  if (places.device_id !== undefined) places.device = places.device_id;
  const sentence = says === undefined ? {} : { message: filled(says.es, places, 'es') };
  // In the form of access panels there is no such field.
  const success = panel === undefined ? { success: true } : {};
  return { ...example, answer: { ...success, ...sentence, ...example.answer } };
}

/** Of every route that has one, in an order in which they can be sent one after the other. */
export const examples: Readonly<Partial<Record<RouteName, Shown>>> = Object.fromEntries(
  Object.entries<Route>(routes)
    .filter(([, { example }]) => example !== undefined)
    .map(([name, route]) => [name, shown(route)]),
);
