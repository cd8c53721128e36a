// Webhooks as the page asks for them.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';

export type Webhook = components['schemas']['Webhook'];
export type Change = components['schemas']['WebhookUpdate'];

export const WEBHOOKS_KEY = ['webhooks'] as const;
const LOOK_MS = 5000;
const ROWS = 50;

export const webhooksQuery = queryOptions({
  queryKey: [...WEBHOOKS_KEY, 'list'],
  queryFn: async () => (await read(api.GET('/webhooks'))).data,
  refetchInterval: LOOK_MS,
});

export function deliveriesQuery(id: string, cursor: string | undefined) {
  const query = { limit: ROWS, ...(cursor === undefined ? {} : { cursor }) };
  return queryOptions({
    queryKey: [...WEBHOOKS_KEY, 'deliveries', id, cursor],
    queryFn: () => read(api.GET('/webhooks/{id}/deliveries', { params: { path: { id }, query } })),
    refetchInterval: LOOK_MS,
  });
}
