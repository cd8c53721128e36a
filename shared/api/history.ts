// How terminals and branches stood before: what comes back, and the routes.
import * as z from 'zod';
import { EXAMPLE_AT, instant, pageQuery, says, success } from './parts.ts';
import type { Route } from './route.ts';

export const stateChangeView = z
  .object({
    of: z
      .enum(['device', 'agent'])
      .meta(
        says('Whether the terminal changed, or the agent of its branch, with which all terminals there go.'),
      ),
    state: z.enum(['online', 'offline', 'refused', 'swapped']),
    since: instant,
    reason: z.string().optional().meta(says('Why, in a sentence; absent where the state says all.')),
  })
  .meta({ id: 'StateChange' });
export type StateChangeView = z.infer<typeof stateChangeView>;

const historyAnswer = z.object({
  success,
  data: z.array(stateChangeView),
  next_cursor: z.string().optional(),
});

const online = { of: 'agent', state: 'online', since: EXAMPLE_AT };

export const deviceHistoryRoutes = {
  deviceHistory: {
    method: 'GET',
    path: '/devices/{device_id}/history',
    access: 'devices:read',
    fn: 'devices',
    summary: 'How a terminal stood before, newest first',
    query: pageQuery,
    answer: historyAnswer,
    example: {
      params: { device_id: 'principal' },
      answer: {
        data: [
          {
            of: 'device',
            state: 'offline',
            since: EXAMPLE_AT,
            reason: 'Connection timeout to device 192.168.1.201:4370',
          },
          online,
        ],
      },
    },
  },
} as const satisfies Record<string, Route>;

export const siteHistoryRoutes = {
  siteHistory: {
    method: 'GET',
    path: '/sites/{site}/history',
    access: 'sites:admin',
    fn: 'sites',
    summary: "When a branch's agent came and went, newest first",
    query: pageQuery,
    answer: historyAnswer,
    example: { params: { site: 'casa-matriz' }, answer: { data: [online] } },
  },
} as const satisfies Record<string, Route>;
