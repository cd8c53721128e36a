// Guarantees about punches broken on purpose: the campaign of punches must find every one of them.
import type { ActKind } from '../punches/acts.ts';
import type { Sought } from './check.ts';
import type { Broken } from './table.ts';

interface PunchMutation extends Broken {
  /** Kinds of acts that bring it to light; empty: all. What messages and functions suffer comes with each. */
  readonly only: readonly ActKind[];
}

const MUTATIONS: readonly PunchMutation[] = [
  {
    name: 'punches-no-fsync',
    breaks: 'what an agent has read or heard survives a power cut',
    file: 'agent/database.ts',
    from: 'PRAGMA synchronous = FULL',
    to: 'PRAGMA synchronous = OFF',
    only: ['power-cut', 'log-cleared', 'cloud-away'],
  },
  {
    name: 'forgotten-on-puback',
    breaks: 'an agent keeps a batch until the cloud has stored it',
    file: 'agent/punches/sender.ts',
    from: 'this.#ports.publish(topics.events(at, seq), payload).catch(',
    to: 'this.#ports.publish(topics.events(at, seq), payload).then(() => { this.#ports.outbox.forget(seq); this.#rest(); }).catch(',
    only: ['cloud-away'],
  },
  {
    name: 'stored-before-it-is',
    breaks: 'an agent is told that a batch is stored once it is',
    file: 'cloud/functions/intake.ts',
    from: '  const taken = await takeBatch(',
    to: '  await tellStored(iotClient(), { tenant, site }, batch);\n  const taken = await takeBatch(',
    only: ['agent-killed'],
  },
  {
    name: 'noted-before-told',
    breaks: 'a journal is noted as stored once its events are in the feed',
    file: 'cloud/events/intake.ts',
    from: '  await ports.feed.append(tenant, news);\n',
    to: '  if (seq > storedUpTo) await ports.journals.note(address, seq, ports.now());\n  await ports.feed.append(tenant, news);\n',
    only: ['agent-killed'],
  },
  {
    name: 'cursor-before-punches',
    breaks: 'the place in the log moves together with the punches before it',
    file: 'agent/punches/log-reader.ts',
    from: '    this.#told += memory.take(',
    to: '    memory.move(owner, cursor);\n    this.#told += memory.take(',
    only: ['agent-died', 'agent-killed'],
  },
  {
    name: 'cursor-forgotten',
    breaks: 'the place in the log is kept',
    file: 'agent/punches/memory.ts',
    from: `      this.#save(owner, cursor);
      return told;`,
    to: '      return told;',
    only: ['agent-killed'],
  },
  {
    name: 'feed-gap-passed',
    breaks: 'a reader of the feed waits for a writer who has taken a number',
    file: 'cloud/events/feed.ts',
    from: 'return gap === -1 ? entries : entries.slice(0, gap);',
    to: 'return gap === -1 ? entries : entries;',
    only: ['user-written', 'agent-killed'],
  },
  {
    name: 'webhook-cursor-ahead',
    breaks: 'a webhook goes on from what was delivered',
    file: 'cloud/webhooks/delivering.ts',
    from: 'const done = isWhole ? { position: told.position, ahead: [] } : { ahead: [...ahead, ...round.delivered] };',
    to: 'const done = { position: told.position, ahead: [] };',
    only: ['agent-killed'],
  },
];

export const PUNCH_MUTATIONS: readonly Sought[] = MUTATIONS.map((mutation) => ({
  ...mutation,
  script: 'test/faults/punches/run.ts',
  args: mutation.only.length === 0 ? [] : ['--only', mutation.only.join()],
}));
