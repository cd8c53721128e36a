// Guarantees about rules broken on purpose: the campaign of rules must find every one of them.
import type { ActKind } from '../rules/acts.ts';
import type { Sought } from './check.ts';
import type { Broken } from './table.ts';

interface RuleMutation extends Broken {
  /** Kinds of acts that bring it to light. */
  readonly only: readonly ActKind[];
}

const MUTATIONS: readonly RuleMutation[] = [
  {
    name: 'window-end-forgotten',
    breaks: 'a number goes off when its window ends',
    file: 'agent/access/rule.ts',
    from: 'window === null ? [] : [window.from * 1000, window.to * 1000];',
    to: 'window === null ? [] : [window.from * 1000];',
    only: ['agent-killed'],
  },
  {
    name: 'pass-counted-twice',
    breaks: 'a punch is counted once, whoever tells of it and how often',
    file: 'agent/access/store.ts',
    from: 'if (known !== undefined) return false;',
    to: 'if (known !== undefined) return true;',
    only: ['agent-killed', 'memory-lost'],
  },
  {
    name: 'rules-no-fsync',
    breaks: 'what an agent has promised of a card survives a power cut',
    file: 'agent/database.ts',
    from: 'PRAGMA synchronous = FULL',
    to: 'PRAGMA synchronous = OFF',
    only: ['power-cut', 'deleted'],
  },
  {
    name: 'batch-not-resumed',
    breaks: 'an agent that comes back goes on with a batch that it had begun',
    file: 'agent/access/access.ts',
    from: 'resume(tasks.get(device) ?? [])',
    to: 'resume([])',
    only: ['agent-died', 'agent-killed'],
  },
  {
    name: 'punch-told-once',
    breaks: 'a punch that was noted and not counted before a death is counted after it',
    file: 'agent/access/access.ts',
    from: 'if (counted.length === 0) return;',
    to: 'if (counted.length === 0 || !isNew) return;',
    only: ['agent-died', 'agent-killed'],
  },
  {
    name: 'windows-by-wall-clock',
    breaks: 'windows are kept by the clock of the cloud',
    file: 'agent/access/known-time.ts',
    from: 'const told = this.#cloud.now();',
    to: 'const told = Date.now();',
    only: ['clock-stepped'],
  },
  {
    name: 'deleted-and-there',
    breaks: 'a card that is called deleted is off the terminal',
    file: 'agent/access/plan-items.ts',
    from: 'for (const userId of users) this.#empty(userId, slotOf(one.type), one.value);',
    to: '',
    only: ['deleted'],
  },
  {
    name: 'guest-stays',
    breaks: 'a guest goes with his last card',
    file: 'agent/access/plan-slots.ts',
    from: 'return rules.every((rule) => hasEnded(rule, now));',
    to: 'return now < 0 && rules.every((rule) => hasEnded(rule, now));',
    only: ['deleted'],
  },
];

export const RULE_MUTATIONS: readonly Sought[] = MUTATIONS.map((mutation) => ({
  ...mutation,
  script: 'test/faults/rules/run.ts',
  args: ['--only', mutation.only.join()],
}));
