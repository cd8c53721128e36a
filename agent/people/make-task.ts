// From what is to be written for a person to a task.
import { ulid } from 'ulid';
import type { DriftField } from '../../shared/domain/wanted-person.ts';
import type { LocalWriteBody } from '../access/ports.ts';
import type { PersonTask } from './task.ts';
import type { Wanted } from './wanted.ts';

/** So long a write may wait for its turn; then it is planned anew. */
const WRITE_MS = 60_000;

interface ToDo {
  readonly writes: readonly LocalWriteBody[];
  readonly repairs: readonly DriftField[] | null;
}

export function taskOf(wanted: Wanted, { writes, repairs }: ToDo, now: number): PersonTask {
  const { device, person, version } = wanted;
  const isRemoval = writes.every(({ op }) => op === 'user.delete');
  return {
    id: ulid(),
    ...{ device, person, version },
    users: [...new Set(writes.map(({ args }) => args.user_id))],
    writes: writes.map((write) => ({ id: ulid(), issuedAt: now, notAfter: now + WRITE_MS, ...write })),
    urgency: isRemoval ? 'overdue' : 'rule',
    repairs: repairs === null ? null : [...repairs],
  };
}
