// An agent trades its token for a certificate: what it sends, what comes back, and the route.
import * as z from 'zod';
import { MOST_CERTIFICATE_DAYS } from '../domain/certificate.ts';
import { error, success } from './parts.ts';
import type { Route } from './route.ts';

export const agentEnrollBody = z
  .strictObject({
    token: z.string(error('token')).min(16, error('token')).max(256, error('token')),
    csr: z
      .string(error('csr'))
      .max(16_384, error('csr'))
      .regex(
        /^-----BEGIN CERTIFICATE REQUEST-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE REQUEST-----\s*$/,
        error('csr'),
      ),
  })
  .meta({ id: 'AgentEnroll' });

export const agentEnrolledAnswer = z.object({
  success,
  data: z.object({
    certificate: z.string(),
    endpoint: z.string(),
    ca: z.string(),
    tenant: z.string(),
    site: z.string(),
    /** For how long it is used before the agent renews it; absent: the cloud is older. */
    certificate_days: z.int().min(1).max(MOST_CERTIFICATE_DAYS).optional(),
  }),
});

export const enrolmentRoutes = {
  agentEnroll: {
    method: 'POST',
    path: '/enroll',
    access: 'open',
    fn: 'enroll',
    // A technician needs one call; a flood must not use up the account's function concurrency.
    throttle: { perSecond: 5, burst: 50 },
    summary: 'An agent trades its token and key for a certificate',
    body: agentEnrollBody,
    answer: agentEnrolledAnswer,
  },
} as const satisfies Record<string, Route>;
