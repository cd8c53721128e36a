// `finger.list`: which fingers a user has.
import { SerenoError } from '../../../shared/errors.ts';
import { readFingers } from '../tables/fingers.ts';
import type { Ask } from './ask.ts';

/** Which fingers a user has and how large their templates are; never the templates. @throws SerenoError */
export const listFingers: Ask<'finger.list'> = async ({ user_id, uid }, { terminal, signal }) => {
  const data = await terminal.read(async (conversation, cache) => {
    const roster = await cache.fresh(conversation, { signal });
    const record = roster.find(user_id, uid);
    if (record === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
    const fingers = await readFingers(conversation, [record.uid], roster.counters, { signal });
    return fingers.map(({ finger, template }) => ({ finger_index: finger, size: template.length }));
  }, signal);
  return { data: { data }, verified: 'readback' };
};
