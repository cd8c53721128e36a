// Guarantees about jobs broken on purpose: the campaign of jobs must find every one of them.
import type { ActKind, WeatherKind } from '../jobs/acts.ts';
import type { Sought } from './check.ts';
import type { Broken } from './table.ts';

interface JobMutation extends Broken {
  /** Kinds of acts and weather that bring it to light. */
  readonly only: readonly (ActKind | WeatherKind)[];
}

const MUTATIONS: readonly JobMutation[] = [
  {
    name: 'told-without-proof',
    breaks: 'an item is told as done once the terminal was seen to hold it',
    file: 'agent/terminal/writes/locked-window.ts',
    from: `this.#conclude((plan) => rosterProves(plan, roster), 'readback', roster);`,
    to: `this.#conclude(() => true, 'readback', roster);`,
    only: ['bulk-otherwise', 'terminal-refused'],
  },
  {
    name: 'arguments-kept',
    breaks: 'what was asked is erased once the agent has answered',
    file: 'cloud/jobs/store.ts',
    from: 'await this.#table.delete(jobKeys.sealed(tenant, job, part));',
    to: '',
    only: ['cancelled'],
  },
  {
    name: 'sent-under-new-id',
    breaks: 'a part is sent again under the id that its agent may know',
    file: 'cloud/jobs/attending.ts',
    from: 'if (part.sent) return ports.jobs.change(part, change);',
    to: 'if (part.sent) return ports.jobs.change(part, { ...change, command: ulid(now) });',
    only: ['reply-lost', 'line-cut', 'agent-killed'],
  },
  {
    name: 'cancelled-and-done',
    breaks: 'cancelled is said of what was never handed to anybody, or by the agent',
    file: 'cloud/jobs/attending.ts',
    from: 'if (!part.sent && (part.cancelled || now > part.keepUntil)) return endUnsent(ports, attended);',
    to: 'if (part.cancelled || (!part.sent && now > part.keepUntil)) return endUnsent(ports, attended);',
    only: ['cancelled', 'terminal-cut'],
  },
  {
    name: 'expired-and-done',
    breaks: 'expired is said of what was never handed to anybody, or by the agent',
    file: 'cloud/jobs/attending.ts',
    from: 'if (!part.sent && (part.cancelled || now > part.keepUntil)) return endUnsent(ports, attended);',
    to: 'if ((!part.sent && part.cancelled) || now > part.keepUntil) return endUnsent(ports, attended);',
    only: ['reply-lost', 'agent-away', 'terminal-cut'],
  },
];

export const JOB_MUTATIONS: readonly Sought[] = MUTATIONS.map((mutation) => ({
  ...mutation,
  script: 'test/faults/jobs/run.ts',
  args: ['--only', mutation.only.join()],
}));
