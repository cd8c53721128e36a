// Webhooks as the page asks for them.
import { queryOptions } from '@tanstack/react-query';
import { api, read } from '../../api/client.ts';
import type { components } from '../../api/contract.d.ts';

export type Webhook = components['schemas']['Webhook'];
export type Change = components['schemas']['WebhookUpdate'];
export type EventType = NonNullable<components['schemas']['WebhookCreate']['types']>[number];

export const WEBHOOKS_KEY = ['webhooks'] as const;
const LOOK_MS = 5000;
const ROWS = 50;

/** In the order of the contract; the compiler tells of one that is not there any more. */
export const EVENT_TYPES = [
  'punch.created',
  'user.created',
  'user.updated',
  'user.deleted',
  'device.online',
  'device.offline',
  'device.refused',
  'device.swapped',
  'agent.online',
  'agent.offline',
  'certificate.ending',
  'certificate.renewed',
  'rule.on',
  'rule.off',
  'rule.overdue',
  'rule.restored',
  'rule.failed',
  'person.in_step',
  'person.refused',
  'person.drift',
  'person.repaired',
  'job.done',
  'operation.unknown',
  'webhook.paused',
] as const satisfies readonly EventType[];

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
