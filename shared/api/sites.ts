// The branches of a company: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { agentTroubleSchema } from '../domain/agent-health.ts';
import { AGENT_TROUBLES, type AgentTrouble } from '../domain/agent-troubles.ts';
import { DEVICE_STATES, type DeviceState } from '../domain/device-states.ts';
import { siteField, textField } from './fields.ts';
import { count, EXAMPLE_AT, error, instant, messageAnswer, pageQuery, says, success } from './parts.ts';
import { rolloutRoutes } from './rollouts.ts';
import type { Route } from './route.ts';
import { agentUpdateView, updateRoutes } from './updates.ts';

const siteCreateBody = z
  .strictObject({ site: siteField, name: textField.optional() })
  .meta({ id: 'SiteCreate' });

const siteUpdateBody = z.strictObject({ name: textField }).meta({ id: 'SiteUpdate' });

export const SITE_STATES = ['online', 'offline', 'unknown'] as const;

const siteListQuery = pageQuery.extend({
  state: z.enum(SITE_STATES, error('site_state')).optional().meta(says('Only branches in this state')),
  version: textField.optional().meta(says('Only branches whose agent is of this version')),
  trouble: z
    .enum(AGENT_TROUBLES, error('site_trouble'))
    .optional()
    .meta(says('Only branches with this trouble')),
  device_state: z
    .enum(DEVICE_STATES, error('device_state'))
    .optional()
    .meta(says('Only branches with a terminal in this state')),
  search: textField.optional().meta(says('Only branches whose id or name has this in it, whatever its case')),
});

const deviceCounts = z
  .object({
    total: count,
    online: count,
    offline: count,
    refused: count,
    swapped: count,
    busy: count,
    unknown: count,
  } satisfies Record<DeviceState | 'total', unknown>)
  .meta({ id: 'DeviceCounts' });

const ids = z.array(z.string()).optional();
const devicesNamed = z
  .object({
    online: ids,
    offline: ids,
    refused: ids,
    swapped: ids,
    busy: ids,
    unknown: ids,
  } satisfies Record<DeviceState, unknown>)
  .meta({ id: 'DevicesNamed' });

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
    reported_at: instant
      .nullable()
      .meta(says('When its agent last said how it stands: what follows is as of then.')),
    clock_offset_ms: z
      .int()
      .nullable()
      .meta(says('How far its clock is ahead of the cloud; null where that was never measured.')),
    disk: z
      .object({ free_bytes: count, total_bytes: count })
      .nullable()
      .meta(says('The disk of its data folder; null where it does not tell.')),
    waiting: z
      .object({ commands: count, events: count })
      .nullable()
      .meta(says('Commands without a result yet, and events that the cloud does not have yet.')),
    troubles: z
      .array(agentTroubleSchema)
      .meta(
        says(
          'What is wrong with its machine: the clock is off, the disk is nearly full, the certificate was not renewed in time.',
        ),
      ),
    devices: deviceCounts.meta(says('Its terminals by state.')),
    devices_named: devicesNamed.meta(
      says('Ids of its terminals by state, 20 at most, those that are not online first.'),
    ),
    devices_refused: z
      .array(z.string())
      .optional()
      .meta(
        says(
          "Terminals of its agent that are not this branch's: another one holds their ids, or it has too many. At most 20.",
        ),
      ),
    update: agentUpdateView
      .nullable()
      .meta(says('The update of its agent that is wanted, or was wanted last; null: none ever was.')),
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
const fleetView = z
  .object({
    sites: z.object({ total: count, online: count, offline: count, unknown: count }),
    devices: deviceCounts,
    versions: z
      .array(z.object({ agent_version: z.string().nullable(), sites: count }))
      .meta(says('Most branches first; null for those whose agent has never connected.')),
    troubles: z
      .object({ clock: count, disk: count, certificate: count } satisfies Record<AgentTrouble, unknown>)
      .meta(says('Branches with each.')),
    waiting: z.object({ commands: count, events: count }),
  })
  .meta({ id: 'Fleet' });
export type FleetView = z.infer<typeof fleetView>;
const fleetAnswer = z.object({ success, data: fleetView });
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
  reported_at: null,
  clock_offset_ms: null,
  disk: null,
  waiting: null,
  troubles: [],
  devices: { total: 0, online: 0, offline: 0, refused: 0, swapped: 0, busy: 0, unknown: 0 },
  devices_named: {},
  update: null,
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
    query: siteListQuery,
    answer: siteListAnswer,
    example: { answer: { total: 1, data: [norte] } },
  },
  fleetGet: {
    method: 'GET',
    path: '/fleet',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'What all branches come to: by state, version and trouble',
    answer: fleetAnswer,
    example: {
      answer: {
        data: {
          sites: { total: 3, online: 2, offline: 0, unknown: 1 },
          devices: { total: 6, online: 5, offline: 1, refused: 0, swapped: 0, busy: 0, unknown: 0 },
          versions: [
            { agent_version: '0.1.0', sites: 2 },
            { agent_version: null, sites: 1 },
          ],
          troubles: { clock: 0, disk: 1, certificate: 0 },
          waiting: { commands: 0, events: 3 },
        },
      },
    },
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
  ...updateRoutes,
  ...rolloutRoutes,
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
