// `device.info`: what a terminal says about itself, as far as it says anything.
import { SerenoError } from '../../shared/errors.ts';
import type { ResultOf } from '../../shared/wire/operations.ts';
import type { Conversation } from '../zk/conversation.ts';
import type { Counters } from '../zk/counters.ts';
import { isZkError } from '../zk/errors.ts';
import { readFirmware, readOption } from '../zk/options.ts';
import { readTime } from '../zk/time.ts';
import type { Ask } from './ask.ts';
import type { RosterCache } from './roster-cache.ts';

/** The words of a terminal about itself; empty where it has none. */
export interface Identity {
  readonly serialnumber: string;
  readonly device_name: string;
  readonly platform: string;
  readonly firmware_version: string;
}

/** @throws ZkError, but not for an option that the terminal does not have. */
export async function readIdentity(conversation: Conversation, signal?: AbortSignal): Promise<Identity> {
  const option = async (name: string) => (await readOption(conversation, name, { signal })) ?? '';
  return {
    serialnumber: await option('~SerialNumber'),
    device_name: await option('~DeviceName'),
    platform: await option('~Platform'),
    firmware_version: await firmwareOf(conversation, signal),
  };
}

/** @returns '' from a terminal that does not tell. @throws ZkError */
export async function firmwareOf(conversation: Conversation, signal?: AbortSignal): Promise<string> {
  try {
    return await readFirmware(conversation, { signal });
  } catch (error) {
    if (isZkError(error, 'refused')) return '';
    throw error;
  }
}

export const info: Ask<'device.info'> = async (_args, { terminal, signal }) => {
  const data = await terminal.read(async (conversation, cache): Promise<ResultOf<'device.info'>> => {
    const identity = cache.dialect.options ? await readIdentity(conversation, signal) : UNNAMED;
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

/** Zero is not "empty" (DESIGN §6): only the table itself can say that. */
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
