// How large each function is, how long it may run and which settings it sees.
import type { LambdaName } from './grants.ts';

/** Groups of environment variables, as cloud/config.ts reads them. */
export type Sight =
  | 'table'
  | 'secret'
  | 'calls'
  | 'line'
  | 'seal'
  | 'jwt'
  | 'enrolment'
  | 'tenants'
  | 'webhooks'
  | 'audit'
  | 'alerts'
  | 'mail';

export interface Shape {
  readonly memoryMb: number;
  readonly seconds: number;
  readonly sees: readonly Sight[];
}

/** Under the 30 s of the HTTP API, over the 25 s that a handler waits: docs/architecture.md, Times that nest. */
const HTTP_SECONDS = 29;

/**
 * Lambda gives CPU by memory, and what these functions do besides waiting is starting: at 512 MB a start
 * takes a third of what it takes at 128, while a call that waits 200 ms costs 0.0000013 dollars.
 */
const MEMORY_MB = 512;

const shapes: Partial<Record<LambdaName, Shape>> = {
  // API Gateway waits 10 s for an authorizer; the issuer's keys may take 3.
  authorizer: { memoryMb: MEMORY_MB, seconds: 8, sees: ['jwt', 'table'] },
  users: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table', 'secret', 'seal', 'calls'] },
  public: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: [] },
  // Nobody waits for it, but a hello may name 500 devices.
  presence: { memoryMb: 256, seconds: 30, sees: ['table', 'audit'] },
  // Only the agent waits for it, and a batch may hold 500 events.
  intake: { memoryMb: MEMORY_MB, seconds: 29, sees: ['table'] },
  // It waits for receivers that may take 10 s each; what is left the next run takes.
  deliver: { memoryMb: MEMORY_MB, seconds: 120, sees: ['table', 'secret', 'webhooks'] },
  // The same of mail servers, for every tenant at once.
  alert: { memoryMb: MEMORY_MB, seconds: 110, sees: ['table', 'secret', 'webhooks', 'alerts', 'mail'] },
  // It hands out to many branches, some of which take their 4 s; what is left the next run takes.
  jobs: { memoryMb: MEMORY_MB, seconds: 60, sees: ['table', 'seal'] },
  webhooks: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table', 'secret', 'webhooks'] },
  audit: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table'] },
  events: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table'] },
  // scrypt takes 32 MB and all the CPU it can get.
  rpc: { memoryMb: 1024, seconds: HTTP_SECONDS, sees: ['table', 'tenants', 'secret', 'alerts'] },
  console: { memoryMb: 1024, seconds: HTTP_SECONDS, sees: ['table', 'tenants'] },
  people: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table', 'secret', 'seal'] },
  // Nobody waits for it; what is left the next run takes.
  keep: { memoryMb: MEMORY_MB, seconds: 60, sees: ['table', 'seal'] },
  sites: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table'] },
  // Nobody waits for it but the agent, who asks again.
  renew: { memoryMb: 256, seconds: 29, sees: ['table', 'enrolment'] },
  enroll: { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table', 'enrolment'] },
};

const commanding: Shape = { memoryMb: MEMORY_MB, seconds: HTTP_SECONDS, sees: ['table', 'secret', 'calls'] };

export function shapeOf(name: LambdaName): Shape {
  return shapes[name] ?? commanding;
}
