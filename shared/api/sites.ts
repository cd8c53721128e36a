// The branches of a company: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { siteField, textField } from './fields.ts';
import { count, EXAMPLE_AT, instant, messageAnswer, pageQuery, success } from './parts.ts';
import type { Route } from './route.ts';

const siteCreateBody = z
  .strictObject({ site: siteField, name: textField.optional() })
  .meta({ id: 'SiteCreate' });

const siteUpdateBody = z.strictObject({ name: textField }).meta({ id: 'SiteUpdate' });

export const siteView = z
  .object({
    site: z.string(),
    name: z.string(),
    online: z.boolean(),
    state: z.enum(['online', 'offline', 'unknown']),
    since: instant.nullable(),
    agent_version: z.string().nullable(),
    last_seen: instant.nullable(),
    certificate_ends_at: instant.nullable(),
    created_at: instant,
  })
  .meta({ id: 'Site' });
export type SiteView = z.infer<typeof siteView>;

const siteListAnswer = z.object({
  success,
  total: count,
  data: z.array(siteView),
  next_cursor: z.string().optional(),
});
const siteSavedAnswer = z.object({ success, message: z.string(), data: siteView });
const enrollmentAnswer = z.object({
  success,
  data: z.object({ token: z.string(), expires_at: instant, command: z.string() }),
});

const norte = {
  site: 'norte',
  name: 'Sucursal Norte',
  online: false,
  state: 'unknown',
  since: null,
  agent_version: null,
  last_seen: null,
  certificate_ends_at: null,
  created_at: EXAMPLE_AT,
};
const atNorte = { site: 'norte' };

export const siteRoutes = {
  siteCreate: {
    method: 'POST',
    path: '/sites',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'Add a branch',
    body: siteCreateBody,
    says: { es: "Sede '{site}' registrada.", en: "Site '{site}' registered." },
    answer: siteSavedAnswer,
    example: { body: { site: 'norte', name: 'Sucursal Norte' }, answer: { data: norte } },
  },
  siteList: {
    method: 'GET',
    path: '/sites',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'The branches of the company',
    query: pageQuery,
    answer: siteListAnswer,
    example: { answer: { total: 1, data: [norte] } },
  },
  siteEnrollment: {
    method: 'POST',
    path: '/sites/{site}/enrollments',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'A token and the line to paste on the mini-PC',
    answer: enrollmentAnswer,
    example: {
      params: atNorte,
      answer: {
        data: {
          token: 'sereno_EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE',
          expires_at: EXAMPLE_AT,
          command: 'sudo sereno-agent enroll https://api.example.com sereno_EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE',
        },
      },
    },
  },
  siteUpdate: {
    method: 'PUT',
    path: '/sites/{site}',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'Rename a branch',
    body: siteUpdateBody,
    says: { es: "Sede '{site}' actualizada.", en: "Site '{site}' updated." },
    answer: siteSavedAnswer,
    example: { params: atNorte, body: { name: 'Sucursal Norte' }, answer: { data: norte } },
  },
  siteAgentDelete: {
    method: 'DELETE',
    path: '/sites/{site}/agent',
    access: 'sites:admin',
    fn: 'sites',
    summary: "Revoke a branch's agent and disconnect it",
    says: { es: "Agente de '{site}' revocado.", en: "Agent of '{site}' revoked." },
    answer: messageAnswer,
    example: { params: atNorte },
  },
  siteDelete: {
    method: 'DELETE',
    path: '/sites/{site}',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'Delete a branch that has neither terminals nor an agent',
    says: { es: "Sede '{site}' eliminada.", en: "Site '{site}' deleted." },
    answer: messageAnswer,
    example: { params: atNorte },
  },
} as const satisfies Record<string, Route>;
