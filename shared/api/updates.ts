// Updates of agents: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { sha256Schema, versionSchema } from '../domain/agent-package.ts';
import { updateReasonSchema } from '../domain/agent-update.ts';
import { EXAMPLE_AT, error, instant, messageAnswer, says, success } from './parts.ts';
import type { Route } from './route.ts';

/** Whoever is on this machine already. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

function isPackageUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
}

const text = (key: 'version' | 'sha256') => z.string(error(key)).trim();
export const versionField = text('version').pipe(z.string().refine(is(versionSchema), error('version')));
export const sha256Field = text('sha256')
  .transform((given) => given.toLowerCase())
  .pipe(z.string().refine(is(sha256Schema), error('sha256')));
export const packageUrlField = z
  .string(error('package_url'))
  .trim()
  .pipe(z.string().max(2048, error('package_url')).refine(isPackageUrl, error('package_url')));

function is(schema: z.ZodType<string>) {
  return (given: string) => schema.safeParse(given).success;
}

/** A package as `npm run package` makes it. */
export const packageFields = {
  version: versionField.meta(says('That of the package: it must run this version then.')),
  url: packageUrlField.meta(
    says('Where the mini-PC fetches the signed package, over https. It is not shown again.'),
  ),
  sha256: sha256Field.meta(says('Of the file at that address, as `npm run package` prints it.')),
};

const agentUpdateBody = z.strictObject(packageFields).meta({ id: 'AgentUpdateAsk' });

export const agentUpdateView = z
  .object({
    id: z.string(),
    version: z.string(),
    state: z
      .enum(['waiting', 'told', 'under_way', 'updated', 'failed'])
      .meta(
        says(
          'waiting: nobody has told the agent yet; told: it was told and has not answered; under_way: its updater is at it; updated: the new version has shown that it works; failed: it came to nothing, or the version before runs again.',
        ),
      ),
    reason: updateReasonSchema.optional().meta(says('Why it failed.')),
    asked_at: instant,
    told_at: instant.nullable(),
    settled_at: instant.nullable(),
    rollout_id: z.string().optional().meta(says('The roll-out that it belongs to.')),
  })
  .meta({ id: 'AgentUpdate' });
export type AgentUpdateView = z.infer<typeof agentUpdateView>;

const agentUpdateAskedAnswer = z.object({
  success,
  message: z.string(),
  data: agentUpdateView.nullable().meta(says('Null where the agent runs that version already.')),
});

const wanted = {
  id: '01KB0WVZ3Y8N4GQ2T6R5S7M9PX',
  version: '0.2.0',
  state: 'told',
  asked_at: EXAMPLE_AT,
  told_at: EXAMPLE_AT,
  settled_at: null,
};
const atNorte = { site: 'norte' };

export const EXAMPLE_PACKAGE = {
  version: '0.2.0',
  url: 'https://packages.example.com/sereno-agent-0.2.0-linux.update',
  sha256: '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea',
};

export const updateRoutes = {
  agentUpdateAsk: {
    method: 'POST',
    path: '/sites/{site}/agent/update',
    access: 'updates:admin',
    fn: 'sites',
    summary: "Want a version of a branch's agent",
    body: agentUpdateBody,
    late: 'update',
    says: {
      es: "Se quiere la versión {version} en la sede '{site}'.",
      en: "Version {version} is wanted at site '{site}'.",
    },
    answer: agentUpdateAskedAnswer,
    example: { params: atNorte, body: EXAMPLE_PACKAGE, answer: { data: null } },
  },
  agentUpdateGet: {
    method: 'GET',
    path: '/sites/{site}/agent/update',
    access: 'updates:admin',
    fn: 'sites',
    summary: 'How the update stands that is wanted, or was wanted last',
    answer: z.object({ success, data: agentUpdateView }),
    example: { params: atNorte, answer: { data: wanted } },
  },
  agentUpdateCancel: {
    method: 'DELETE',
    path: '/sites/{site}/agent/update',
    access: 'updates:admin',
    fn: 'sites',
    summary: 'Take an update back of which the agent was not told yet',
    says: {
      es: "La actualización de la sede '{site}' se retiró; su agente no sabía de ella.",
      en: "The update of site '{site}' was taken back; its agent did not know of it.",
    },
    answer: messageAnswer,
    example: { params: atNorte },
  },
} as const satisfies Record<string, Route>;
