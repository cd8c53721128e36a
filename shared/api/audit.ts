// The audit log: what callers send, what comes back, and the route.
import * as z from 'zod';
import { AUDIT_FACES, AUDIT_OUTCOMES } from '../domain/audit.ts';
import { deviceIdField, instantField, operationField, siteField, textField } from './fields.ts';
import { EXAMPLE_AT, error, instant, pageQuery, reversed, says, success } from './parts.ts';
import type { Route } from './route.ts';

const auditQuery = pageQuery
  .extend({
    from: instantField.optional().meta(says('Only entries from this instant on')),
    to: instantField.optional().meta(says('Only entries up to this instant')),
    subject: textField.optional().meta(says('Only what exactly this caller did')),
    address: textField.optional().meta(says('Only what came from exactly this address')),
    what: textField.optional().meta(says('Only this route or method, such as `user.update`')),
    site: siteField.optional().meta(says('Only what was about this branch')),
    device: deviceIdField.optional().meta(says('Only what was about this terminal')),
    user_id: textField.optional().meta(says('Only what was about exactly this badge')),
    operation: operationField.optional().meta(says('Only what asked for this operation')),
    order: z.enum(['asc', 'desc'], error('order')).optional().meta(says('`desc`, newest first, or `asc`')),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, reversed);

export const auditView = z
  .object({
    id: z.string().meta({ description: 'The chain and its number there.' }),
    at: instant.meta({ description: 'Before the change had any effect.' }),
    subject: z.string().meta({
      description: 'Who: `sub` of a token, or `operator:` and the id of an account.',
    }),
    face: z.enum(AUDIT_FACES).meta({ description: 'By which way.' }),
    address: z.string(),
    what: z.string().meta({ description: 'Method and path of the route, or the method of JSON-RPC.' }),
    site: z.string().optional(),
    device_id: z.string().optional(),
    user_id: z.string().optional(),
    fields: z.array(z.string()).meta({ description: 'What was sent, by name alone; never a value.' }),
    objects: z
      .array(
        z.object({
          kind: z.string(),
          id: z.string(),
          name: z.string().optional(),
          action: z.string().optional(),
          fields: z.array(z.string()).optional(),
          count: z.int().optional(),
        }),
      )
      .optional()
      .meta({
        description:
          'What it was about, where that is no terminal: accounts, webhooks; identifiers by type and count.',
      }),
    operation_id: z.string().optional(),
    outcome: z.enum(['pending', ...AUDIT_OUTCOMES]).meta({
      description: '`pending`: not known yet. `unknown`: nobody can tell any more.',
    }),
    code: z.string().optional().meta({ description: 'Why it failed.' }),
    settled_at: instant.optional().meta({ description: 'When the outcome was entered.' }),
  })
  .meta({ id: 'AuditEntry' });
export type AuditView = z.infer<typeof auditView>;

const auditListAnswer = z.object({
  success,
  data: z.array(auditView),
  next_cursor: z.string().optional(),
});

export const auditRoutes = {
  auditList: {
    method: 'GET',
    path: '/audit',
    access: 'audit:read',
    fn: 'audit',
    summary: 'Who changed what, and what came of it; every login',
    query: auditQuery,
    answer: auditListAnswer,
    csv: true,
    example: {
      answer: {
        data: [
          {
            id: '2-17',
            at: EXAMPLE_AT,
            subject: 'portal',
            face: 'rest',
            address: '203.0.113.7',
            what: 'PUT /devices/{device_id}/users/{user_id}',
            site: 'casa-matriz',
            device_id: 'principal',
            user_id: '9001',
            fields: ['card', 'password'],
            operation_id: '01M85D1GCZPHJM7H6FHJJD3PSZ',
            outcome: 'succeeded',
            settled_at: EXAMPLE_AT,
          },
        ],
      },
    },
  },
} as const satisfies Record<string, Route>;
