// Terminals found on the network of a branch: what is asked, what comes back, and the route.
import * as z from 'zod';
import { transportSchema } from '../domain/device.ts';
import { FOUND_KINDS } from '../domain/found-terminal.ts';
import { portField, subnetField } from './fields.ts';
import { count, says, success } from './parts.ts';
import type { Route } from './route.ts';

const discoverQuery = z.strictObject({
  subnet: subnetField
    .optional()
    .meta(says("Only this part of the mini-PC's networks, such as `192.168.1.0/24`; a /22 at most")),
  port: portField.optional().meta(says('4370 where left out')),
});

const foundView = z
  .object({
    ip: z.string(),
    port: z.int(),
    transport: transportSchema,
    kind: z
      .enum(FOUND_KINDS)
      .meta(
        says(
          'terminal: it talked. asks_key: a terminal that wants its comm key first. declines: a terminal that takes no connections. hangs_up: it closes them at once, as a terminal does that serves another client. silent: it takes them and says nothing that a terminal says.',
        ),
      ),
    serial: z.string().nullable(),
    device_name: z.string().nullable(),
    platform: z.string().nullable(),
    firmware_version: z.string().nullable(),
    device_time: z.string().nullable(),
    device_id: z
      .string()
      .optional()
      .meta(says('The terminal of this branch that is registered at that address.')),
  })
  .meta({ id: 'FoundTerminal' });
export type FoundView = z.infer<typeof foundView>;

const discoverAnswer = z.object({
  success,
  networks: z
    .array(z.string())
    .meta(says('The networks in which it looked; none where it is in no private one.')),
  addresses: count.meta(says('How many addresses these have.')),
  asked: count.meta(says('How many of them were asked before its time was over.')),
  data: z.array(foundView),
});

export const discoveryRoutes = {
  siteDiscover: {
    method: 'POST',
    path: '/sites/{site}/discover',
    access: 'devices:write',
    fn: 'devices',
    operation: 'site.discover',
    summary: 'Look for terminals on the network of a branch',
    query: discoverQuery,
    answer: discoverAnswer,
    example: {
      params: { site: 'casa-matriz' },
      query: { subnet: '127.0.0.0/30' },
      answer: {
        networks: ['127.0.0.0/30'],
        addresses: 2,
        asked: 2,
        data: [
          {
            ip: '127.0.0.1',
            port: 4370,
            transport: 'tcp',
            kind: 'terminal',
            serial: 'CJ8H204560123',
            device_name: 'K40',
            platform: 'ZMM220_TFT',
            firmware_version: 'Ver 6.60 Apr 13 2022',
            device_time: '2026-11-23T19:49:42',
          },
        ],
      },
    },
  },
} as const satisfies Record<string, Route>;
