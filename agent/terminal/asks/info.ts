// `device.info`: what a terminal says about itself, as far as it says anything.
import { SerenoError } from '../../../shared/errors.ts';
import type { ResultOf } from '../../../shared/wire/operations.ts';
import type { Conversation } from '../../zk/conversation.ts';
import type { Counters } from '../../zk/counters.ts';
import { isZkError } from '../../zk/errors.ts';
import { readTime } from '../../zk/time.ts';
import { type Identity, readIdentity } from '../session/identity.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { Ask } from './ask.ts';

export const info: Ask<'device.info'> = async (_args, { terminal, signal }) => {
  const data = await terminal.read(async (conversation, cache): Promise<ResultOf<'device.info'>> => {
    const identity = cache.known.dialect.options ? await readIdentity(conversation, signal) : UNNAMED;
    const time = await readTime(conversation, { signal });
    const counters = await cache.counters(conversation, signal);
    return {
      ip: terminal.device.host,
      ...identity,
      ...countsOf(counters),
      users_count: await usersCount(conversation, cache, counters, signal),
      device_time: time ?? '',
    };
  }, signal);
  return { data, verified: 'readback' };
};

const UNNAMED: Identity = { serialnumber: '', device_name: '', platform: '', firmware_version: '' };

function countsOf(counters: Counters | null) {
  return {
    fingers_count: counters?.fingers ?? null,
    records_count: counters?.records ?? null,
    users_capacity: counters?.capacity?.users ?? null,
    fingers_capacity: counters?.capacity?.fingers ?? null,
    records_capacity: counters?.capacity?.records ?? null,
  };
}

/** A count of zero does not mean "empty": some terminals do not count. Only the table itself can say that nobody is there. */
async function usersCount(
  conversation: Conversation,
  cache: RosterCache,
  counters: Counters | null,
  signal: AbortSignal,
): Promise<number | null> {
  if (counters !== null && counters.users > 0) return counters.users;
  try {
    return (await cache.fresh(conversation, { signal })).size;
  } catch (error) {
    if (error instanceof SerenoError && error.code === 'dialect_unknown') return null;
    if (isZkError(error, 'refused')) return null;
    throw error;
  }
}
