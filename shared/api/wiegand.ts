// How numbers of cards are written at a terminal, in the form of access panels: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { WIEGAND_TYPES, wiegandSchema } from '../domain/access-identifier.ts';
import type { Route } from './route.ts';

const wiegandBody = z
  .object({ mode: z.enum(['hex', 'decimal']), type: z.enum(WIEGAND_TYPES) })
  .meta({ id: 'Wiegand' });

const example = { mode: 'decimal', type: 'wiegand_34' } as const;
const atPrincipal = { device_id: 'principal' };

export const wiegandRoutes = {
  wiegandPut: {
    method: 'POST',
    path: '/devices/{device_id}/access/general/wiegand/type',
    access: 'users:write',
    fn: 'users',
    operation: 'wiegand.put',
    summary: 'Say how numbers of cards are written at a terminal',
    body: wiegandBody,
    panel: {},
    answer: wiegandSchema,
    example: { params: atPrincipal, body: example, answer: example },
  },
  wiegandGet: {
    method: 'GET',
    path: '/devices/{device_id}/access/general/wiegand/type',
    access: 'users:read',
    fn: 'users',
    operation: 'wiegand.get',
    summary: 'How numbers of cards are written at a terminal',
    panel: {},
    answer: wiegandSchema,
    example: { params: atPrincipal, answer: example },
  },
} as const satisfies Record<string, Route>;
