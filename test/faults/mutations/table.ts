// Guarantees broken on purpose, each by one change of one source file: the campaign must find every one of them.
import type { FaultKind } from '../acts.ts';
import type { VariantName } from '../variants.ts';

/** One change of one source file, whichever campaign it is for. */
export interface Broken {
  readonly name: string;
  /** What no longer holds. */
  readonly breaks: string;
  /** From the root of the project. */
  readonly file: string;
  /** Occurs there exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface Mutation extends Broken {
  /** Kinds of faults that bring it to light. */
  readonly only: readonly FaultKind[];
  readonly variant?: VariantName;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no-fsync',
    breaks: 'what the journal holds survives a power cut',
    file: 'agent/journal/journal.ts',
    from: `this.#database.exec('PRAGMA synchronous = FULL');`,
    to: `this.#database.exec('PRAGMA synchronous = OFF');`,
    only: ['power-cut'],
  },
  {
    name: 'no-fsync-before-write',
    breaks: 'that a write was begun is on the disk before the terminal sees it',
    file: 'agent/journal/journal.ts',
    from: `this.#transition(id, 'started', 'uid = ?, preimage = ?, began = ?', [uid, preimage, this.#begun]);`,
    to: `this.#withoutSync(() => this.#transition(id, 'started', 'uid = ?, preimage = ?, began = ?', [uid, preimage, this.#begun]));`,
    only: ['power-cut'],
  },
  {
    name: 'started-after-write',
    breaks: 'that a write was begun is noted before the terminal sees it',
    file: 'agent/dispatch/work.ts',
    from: `      journal.start(row.id, uid, before?.raw ?? null);
      startedAt = clock.monotonic();
    },
    written() {
      try {`,
    to: `      this.late = () => journal.start(row.id, uid, before?.raw ?? null);
      startedAt = clock.monotonic();
    },
    written() {
      try {
        this.late();`,
    only: ['agent-killed'],
  },
  {
    name: 'no-second-count',
    breaks: 'nothing is written if somebody at the keypad came between reading and disabling',
    file: 'agent/terminal/writes/locked-window.ts',
    from: 'else if (!this.#unchanged(before))',
    to: 'else if (before === undefined)',
    only: ['keypad'],
  },
  {
    name: 'no-verification',
    breaks: 'a 200 was seen at the terminal before it was told',
    file: 'agent/terminal/writes/proof.ts',
    from: 'isTold && after !== null && !isAsked && countersProve(plans, before, after)',
    to: 'isTold && after !== null && !isAsked',
    only: ['terminal-ack-without-effect'],
  },
  {
    name: 'no-readback',
    breaks: 'a table that was read back is compared with what was written',
    file: 'agent/terminal/writes/locked-window.ts',
    from: '(plan) => rosterProves(plan, roster)',
    to: '() => true',
    only: ['terminal-ack-without-effect'],
  },
  {
    name: 'no-place',
    breaks: 'a record that was read back at its place is compared with what was written',
    file: 'agent/terminal/writes/proof.ts',
    from: 'if (isThere) return',
    to: 'if (isThere || single !== null) return',
    only: ['terminal-ack-without-effect'],
    variant: 'ignoring',
  },
  {
    name: 'bulk-believed',
    breaks: 'what was written many at once is believed only once it was seen',
    file: 'agent/terminal/writes/proof.ts',
    from: 'const isNewBulk = entries.some(({ isBulk }) => isBulk) && cache.known.dialect.bulkWrite !== true;',
    to: `const isNewBulk = false;
  if (entries.some(({ isBulk, refusal }) => isBulk && refusal === null)) {
    return { after: before, verified: 'counters', free: async () => undefined };
  }`,
    only: ['terminal-delay'],
    variant: 'forgetful',
  },
  {
    name: 'run-again',
    breaks: 'a command that is known is answered from the journal, never run again',
    file: 'agent/journal/journal.ts',
    from: 'if (known !== null) return known;',
    to: `if (known !== null) this.#run('DELETE FROM commands WHERE id = ?', [command.id]);`,
    only: ['row-lost', 'handler-killed'],
  },
  {
    name: 'overtaking',
    breaks: 'a change that was issued before the last one that began is not made any more',
    file: 'agent/terminal/writes/writing.ts',
    from: 'if (job.rules.isSuperseded())',
    to: 'if (job.isOver)',
    only: ['message-late', 'message-swapped'],
  },
  {
    name: 'endless-disable',
    breaks: 'a terminal enables itself should the agent not come back',
    file: 'agent/terminal/session/disabled.ts',
    from: 'wanted ? TIMED_DISABLE_SECONDS : null',
    to: 'null',
    only: ['agent-killed'],
  },
  {
    name: 'left-disabled',
    breaks: 'an agent that comes back enables what it had disabled',
    file: 'agent/terminal/writes/writer.ts',
    from: 'const mayBeDisabled = this.#ports.note.dueIn() === 0;',
    to: 'const mayBeDisabled = false;',
    only: ['agent-killed'],
    variant: 'ignoring',
  },
  {
    name: 'key-without-condition',
    breaks: 'a key belongs to one command',
    file: 'cloud/commands/dynamo-claims.ts',
    from: `'attribute_not_exists(pk) OR expiresAt <= :now'`,
    to: `'attribute_not_exists(pk) OR expiresAt <= :now OR expiresAt > :now'`,
    only: ['caller-gone', 'handler-killed'],
  },
  {
    name: 'begun-elsewhere',
    breaks: 'a command that another agent may have is not begun',
    file: 'agent/dispatch/fence.ts',
    from: `if (this.claim(issuedAt) === 'ours') return false;`,
    to: 'if (issuedAt !== undefined) return false;',
    only: ['second-agent', 'agent-killed', 'journal-wiped'],
  },
  {
    name: 'ok-does-not-win',
    breaks: 'an ok wins over whatever else was said of a command',
    file: 'cloud/commands/replies.ts',
    from: `  'ok',
  'error',
  'rejected',`,
    to: `  'error',
  'rejected',
  'ok',`,
    only: ['disk-full', 'agent-killed', 'handler-killed', 'caller-gone'],
  },
  {
    name: 'local-clock',
    breaks: 'deadlines are kept by the clock of the cloud',
    file: 'agent/dispatch/cloud-clock.ts',
    from: 'ahead === null ? this.#clock.now() - this.#assumedOffset : this.#clock.monotonic() + ahead,',
    to: 'this.#clock.now(),',
    only: ['clock-stepped'],
  },
  {
    name: 'write-sent-again',
    breaks: 'over UDP, only what may be repeated is sent again',
    file: 'agent/zk/conversation.ts',
    from: `question.resend === true && this.#transport.kind === 'udp'`,
    to: `this.#transport.kind === 'udp'`,
    only: ['terminal-drop', 'terminal-delay', 'terminal-apply-without-ack'],
    variant: 'datagram',
  },
  {
    name: 'untold-refusal',
    breaks: 'a refusal is told only once it is on the disk',
    file: 'agent/dispatch/results.ts',
    from: `if (reply.status !== 'ok') return;`,
    to: '',
    only: ['disk-full', 'agent-killed'],
  },
  {
    name: 'arrival-order',
    breaks: 'over UDP a piece has its place by its count, not by when it came',
    file: 'agent/zk/datagram-run.ts',
    from: 'for (let piece = this.#pieces.get(0); piece !== undefined; piece = this.#pieces.get(pieces.length)) {',
    to: 'for (const piece of this.#arrived) {',
    only: ['keypad'],
    variant: 'stormy-narrow',
  },
  {
    name: 'counters-believed',
    breaks: 'counters prove something only once they were seen to move with a write',
    file: 'agent/terminal/tables/roster-cache.ts',
    from: 'return this.known.dialect.counting === true;',
    to: 'return true;',
    only: ['keypad'],
    variant: 'contradicting',
  },
  {
    name: 'badge-guessed',
    breaks: 'a badge that stands in several records is not guessed at',
    file: 'agent/terminal/tables/roster.ts',
    from: 'if (another !== undefined) throw ambiguous(userId, all);',
    to: 'if (another !== undefined && all.length === 0) throw ambiguous(userId, all);',
    only: ['badge-doubled'],
  },
  {
    name: 'taken-uid',
    breaks: 'a uid that is free is given, where those above all others are refused',
    file: 'agent/terminal/tables/used-uids.ts',
    from: 'const isFree = (uid: number) => !roster.hasUid(uid);',
    to: 'const isFree = (uid: number) => roster.size >= 0 || !roster.hasUid(uid);',
    only: ['keypad'],
    variant: 'topped',
  },
];
