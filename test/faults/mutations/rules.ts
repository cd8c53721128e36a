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
];

export const RULE_MUTATIONS: readonly Sought[] = MUTATIONS.map((mutation) => ({
  ...mutation,
  script: 'test/faults/rules/run.ts',
  args: ['--only', mutation.only.join()],
}));
