// Guarantees about people broken on purpose: the campaign of people must find every one of them.
import type { ActKind } from '../kept/acts.ts';
import type { Sought } from './check.ts';
import type { Broken } from './table.ts';

interface PeopleMutation extends Broken {
  /** Kinds of acts that bring it to light. */
  readonly only: readonly ActKind[];
}

const MUTATIONS: readonly PeopleMutation[] = [
  {
    name: 'fingers-stay',
    breaks: 'fingers follow the person to the other terminals of the branch',
    file: 'agent/fingers/missing.ts',
    from: 'if (from === to || from.look.version !== to.look.version) return [];',
    to: 'if (from.look.version !== "another") return [];',
    only: ['enrolled'],
  },
  {
    name: 'lost-memory-not-told',
    breaks: 'an agent that has lost its memory of people is told everything again',
    file: 'cloud/people/greeted.ts',
    from: "const memory = wanted === undefined || desk === undefined ? 'as told' : memoryOf(desk, id, wanted);",
    to: "const memory: string = memoryOf === undefined ? 'lost' : 'as told';",
    only: ['data-wiped', 'typed'],
  },
  {
    name: 'drift-not-put-right',
    breaks: 'what is changed at the keypad is put right where the terminal is to be repaired',
    file: 'agent/people/keeper.ts',
    from: "return want === null || !reached || this.#ports.manner(this.#device) === 'repair';",
    to: 'return want === null || !reached;',
    only: ['typed'],
  },
  {
    name: 'drift-not-told',
    breaks: 'who was changed at the keypad is not told to be in step',
    file: 'agent/people/findings.ts',
    from: ": { type: 'person.drift', fields: step.fields };",
    to: ": { type: 'person.in_step' };",
    only: ['typed'],
  },
  {
    name: 'former-badge-stays',
    breaks: 'whoever gets another badge is taken off under the one of before',
    file: 'agent/people/accept.ts',
    from: 'const others = [...new Set([...(known.isKept ? former : []), ...told])].filter((badge) => badge !== userId);',
    to: 'const others = [...former, ...told].filter((badge) => badge === undefined);',
    only: ['rested'],
  },
  {
    name: 'one-badge-two-people',
    breaks: 'a badge is one person at a terminal, and the other is told so',
    file: 'agent/people/plan.ts',
    from: "if (others.some((other) => isBefore(other, wanted))) return { kind: 'refused', code: 'user_exists' };",
    to: 'void isBefore;',
    only: ['rested'],
  },
  {
    name: 'people-no-fsync',
    breaks: 'what an agent was told of people survives a power cut',
    file: 'agent/database.ts',
    from: 'PRAGMA synchronous = FULL',
    to: 'PRAGMA synchronous = OFF',
    only: ['power-cut', 'removed'],
  },
  {
    name: 'people-in-clear',
    breaks: 'PINs and cards lie sealed on the disk of an agent',
    file: 'agent/people/store.ts',
    from: 'JSON.stringify({ ...wanted, want: want === null ? null : {} }),',
    to: 'JSON.stringify(wanted),',
    only: ['rested'],
  },
];

export const PEOPLE_MUTATIONS: readonly Sought[] = MUTATIONS.map((mutation) => ({
  ...mutation,
  script: 'test/faults/kept/run.ts',
  args: ['--only', mutation.only.join()],
}));
