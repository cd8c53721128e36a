// Cards and codes of a terminal as the page asks for them and changes them.
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';
import { Failure } from '../../api/failure.ts';
import { readSettled } from '../../parts/change.ts';

export type Identifier = components['schemas']['Identifier'];
export type Item = components['schemas']['IdentifierItem'];
export type Result = components['schemas']['IdentifierResult'];
/** What terminals can hold; the contract knows more, which none does. */
export const KINDS = ['card', 'inputCode'] as const;
export type Kind = (typeof KINDS)[number];

export const IDENTIFIERS_KEY = ['identifiers'] as const;
const ROWS = '50';
const PATH = '/devices/{device_id}/access/identifiers';

export function identifiersQuery(device: string | undefined, kind: Kind, page: number) {
  return queryOptions({
    queryKey: [...IDENTIFIERS_KEY, device, kind, page],
    queryFn: async () => {
      const query = { type: kind, limit: ROWS, page_number: String(page) } as const;
      const answer = await readSettled(
        api.GET(PATH, { params: { path: { device_id: device ?? '' }, query } }),
      );
      // Lists are kept nowhere: one that came too late is asked for again.
      if (!('list_items' in answer)) throw new Failure(503, { code: 'answer_late' });
      return { items: answer.list_items, pages: answer.list_option.pagination.total_pages };
    },
    enabled: device !== undefined,
  });
}

export interface Named {
  readonly device: string;
  readonly kind: Kind;
  readonly number: string;
}

export interface Outcome {
  readonly success: boolean;
  readonly extended_info: Result['result'][number]['extended_info'];
}
const DONE: readonly Outcome['extended_info'][] = ['created', 'updated', 'deleted'];

/** What became of the one item: a 200 says it of each; an operation that settled later knows it without the number. */
function only(told: Result | { readonly infos: readonly Outcome['extended_info'][] }): Outcome {
  if ('result' in told) return told.result[0] ?? { success: false, extended_info: 'unknown_outcome' };
  const [extended_info = 'unknown_outcome'] = told.infos;
  return { success: DONE.includes(extended_info), extended_info };
}

export async function putIdentifier({ device, kind, number }: Named, item: Item) {
  const params = { path: { device_id: device }, query: { type: kind, number } };
  return only(await readSettled(api.PUT(PATH, { params, body: item })));
}

export async function takeIdentifier({ device, kind, number }: Named) {
  const params = { path: { device_id: device }, query: { type: kind, number } };
  return only(await readSettled(api.DELETE(PATH, { params })));
}

export async function renewPasses({ device, kind, number }: Named) {
  const params = { path: { device_id: device }, query: { type: kind, number } };
  return only(await readSettled(api.POST(`${PATH}/passes/reset`, { params })));
}

/** The same again, as it stood: with the passes that were left. */
export function itemOf({ identifier_owner, lock, valid, additional }: Identifier): Item {
  const { time, passes } = valid;
  return {
    identifier_owner,
    lock,
    valid: {
      time:
        time.is_permanent || time.from === undefined || time.to === undefined
          ? { is_permanent: true }
          : { is_permanent: false, from: time.from, to: time.to },
      passes: passes.is_permanent
        ? { is_permanent: true }
        : { is_permanent: false, max_passes: Math.max(1, additional.passes_left) },
    },
  };
}
