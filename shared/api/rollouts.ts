// Roll-outs of a version over many branches: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { updateReasonSchema } from '../domain/agent-update.ts';
import { flagField, siteField } from './fields.ts';
import { count, EXAMPLE_AT, error, holds, instant, says, success } from './parts.ts';
import { personIdField } from './people.ts';
import type { Route } from './route.ts';
import { EXAMPLE_PACKAGE, packageFields } from './updates.ts';

const MOST_STEPS = 20;
const MOST_MINUTES = 7 * 24 * 60;
const MOST_FAILURES = 10_000;

/** Ids without repeats. */
function idsOf<T extends string>(item: z.ZodType<T>, most: number) {
  return z
    .array(z.unknown(), error('rollout_places'))
    .meta(holds({ type: 'string' }))
    .min(1, error('rollout_places'))
    .max(most, error('rollout_places'))
    .refine(
      (given): given is T[] => given.every((value) => item.safeParse(value).success),
      error('rollout_places'),
    )
    .transform((given) => [...new Set(given.map((value) => item.parse(value)))]);
}

const whole = (key: 'rollout_minutes' | 'rollout_failures', least: number, most: number) =>
  z.int(error(key)).min(least, error(key)).max(most, error(key));

const stepsField = z
  .array(
    z.int(error('rollout_steps')).min(1, error('rollout_steps')).max(100, error('rollout_steps')),
    error('rollout_steps'),
  )
  .min(1, error('rollout_steps'))
  .max(MOST_STEPS, error('rollout_steps'))
  .refine(
    (steps) =>
      steps.at(-1) === 100 && steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)),
    error('rollout_steps'),
  );

const rolloutCreateBody = z
  .strictObject({
    ...packageFields,
    sites: idsOf(siteField, 1000).optional().meta(says('Branches by their ids')),
    groups: idsOf(personIdField, 100).optional().meta(says('Groups of branches, as they are now')),
    all: flagField.optional().meta(says('Every branch that the caller may change')),
    steps: stepsField
      .optional()
      .meta(
        says(
          'Percent of the branches that are reached with each step, the last is 100; [100] where left out',
        ),
      ),
    stop_after_failures: whole('rollout_failures', 1, MOST_FAILURES)
      .optional()
      .meta(says('It stops by itself at so many branches that failed; 1 where left out')),
    minutes: whole('rollout_minutes', 0, MOST_MINUTES)
      .optional()
      .meta(says('Waits so long between the end of one step and the next; 0 where left out')),
  })
  .refine(({ sites, groups, all }) => sites !== undefined || groups !== undefined || all === true, {
    path: ['sites'],
    ...error('rollout_whom'),
  })
  .meta({ id: 'RolloutCreate' });

const counts = z.object({
  total: count,
  pending: count.meta(says('Not begun with.')),
  waiting: count.meta(says('Away: told when they are back.')),
  under_way: count,
  updated: count,
  failed: count,
  skipped: count,
});

export const rolloutView = z
  .object({
    id: z.string(),
    version: z.string(),
    state: z
      .enum(['running', 'paused', 'stopped', 'cancelled', 'done'])
      .meta(
        says('stopped: by itself, for its failures. Whatever was told to an agent goes on in any state.'),
      ),
    steps: z.array(z.int()),
    step: z.int().meta(says('Which of the steps it is at, from 1.')),
    stop_after_failures: z.int(),
    minutes: z.int(),
    counts,
    counted_at: instant,
    created_at: instant,
    ends_at: instant.meta(says('Whoever is away until then is passed over.')),
    ended_at: instant.nullable().meta(says('Nothing more comes of it.')),
  })
  .meta({ id: 'Rollout' });
export type RolloutView = z.infer<typeof rolloutView>;

const failedBranch = z.object({
  site: z.string(),
  reason: z
    .union([updateReasonSchema, z.enum(['lost', 'no_word'])])
    .optional()
    .meta(says('lost: it was told, and is away since; no_word: it was so until the end.')),
});
const skippedBranch = z.object({
  site: z.string(),
  reason: z.enum(['newer', 'replaced', 'gone', 'cancelled', 'expired']).optional(),
});

export const rolloutDetail = rolloutView
  .extend({
    failed: z.array(failedBranch).meta(says('1,000 at most.')),
    skipped: z.array(skippedBranch).meta(says('1,000 at most.')),
  })
  .meta({ id: 'RolloutDetail' });
export type RolloutDetail = z.infer<typeof rolloutDetail>;

const savedAnswer = z.object({ success, message: z.string(), data: rolloutView });

const rollout = {
  id: '01KB0WVZ3Y8N4GQ2T6R5S7M9PX',
  version: '0.2.0',
  state: 'running',
  steps: [10, 50, 100],
  step: 1,
  stop_after_failures: 2,
  minutes: 60,
  counts: { total: 20, pending: 18, waiting: 0, under_way: 2, updated: 0, failed: 0, skipped: 0 },
  counted_at: EXAMPLE_AT,
  created_at: EXAMPLE_AT,
  ends_at: EXAMPLE_AT,
  ended_at: null,
};
const one = { params: { id: rollout.id } };
const access = 'updates:admin';

export const rolloutRoutes = {
  rolloutCreate: {
    method: 'POST',
    path: '/rollouts',
    access,
    fn: 'sites',
    summary: 'Bring a version to many branches, step by step',
    body: rolloutCreateBody,
    says: { es: 'Despliegue de la versión {version} creado.', en: 'Roll-out of version {version} created.' },
    answer: savedAnswer,
    example: {
      body: {
        ...EXAMPLE_PACKAGE,
        sites: ['norte'],
        steps: [10, 50, 100],
        stop_after_failures: 2,
        minutes: 60,
      },
      answer: { data: rollout },
    },
  },
  rolloutList: {
    method: 'GET',
    path: '/rollouts',
    access,
    fn: 'sites',
    summary: 'Roll-outs, the newest first',
    answer: z.object({ success, total: count, data: z.array(rolloutView) }),
    example: { answer: { total: 1, data: [rollout] } },
  },
  rolloutGet: {
    method: 'GET',
    path: '/rollouts/{id}',
    access,
    fn: 'sites',
    summary: 'How a roll-out stands, and which branches failed',
    answer: z.object({ success, data: rolloutDetail }),
    example: { ...one, answer: { data: { ...rollout, failed: [], skipped: [] } } },
  },
  rolloutPause: {
    method: 'POST',
    path: '/rollouts/{id}/pause',
    access,
    fn: 'sites',
    summary: 'Tell no further branch for now',
    says: { es: 'Despliegue en pausa.', en: 'Roll-out paused.' },
    answer: savedAnswer,
    example: { ...one, answer: { data: { ...rollout, state: 'paused' } } },
  },
  rolloutResume: {
    method: 'POST',
    path: '/rollouts/{id}/resume',
    access,
    fn: 'sites',
    summary: 'Let a roll-out go on, with the failures that there are accepted',
    says: { es: 'El despliegue continúa.', en: 'The roll-out goes on.' },
    answer: savedAnswer,
    example: { ...one, answer: { data: rollout } },
  },
  rolloutCancel: {
    method: 'POST',
    path: '/rollouts/{id}/cancel',
    access,
    fn: 'sites',
    summary: 'End a roll-out: no further branch is told',
    says: { es: 'Despliegue cancelado.', en: 'Roll-out cancelled.' },
    answer: savedAnswer,
    example: { ...one, answer: { data: { ...rollout, state: 'cancelled' } } },
  },
} as const satisfies Record<string, Route>;
