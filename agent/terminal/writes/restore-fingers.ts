// Putting back the fingers of a user whose record is there again.
import { SerenoError } from '../../../shared/errors.ts';
import { refreshData } from '../../zk/control.ts';
import { tolerateRefusal } from '../../zk/errors.ts';
import { uploadTemplate } from '../../zk/templates.ts';
import { whileDisabled } from '../session/disabled.ts';
import { readFinger } from '../tables/fingers.ts';
import type { WriteContext } from './context.ts';
import type { UndoCopy } from './undo-copy.ts';

/** A user whose record is there again. */
interface Restored {
  readonly userId: string;
  /** Where the record was written; null where another agent may have done it. */
  readonly uid: number | null;
  readonly copy: UndoCopy;
}

/**
 * Puts back the fingers of a user whose record is there again, each in a short locked window of its own, so that ten of
 * them on a slow terminal do not lock it for long. A finger that the terminal refuses, or could never take, is left out.
 * @returns how many of the copy's fingers the user has now.
 * @throws SerenoError `not_verified` if the user is gone again; ZkError if the conversation breaks.
 */
export async function restoreFingers(
  context: WriteContext,
  { userId, uid: written, copy }: Restored,
): Promise<number> {
  const { conversation, cache, device } = context;
  const gone = () =>
    new SerenoError('not_verified', { params: { device: device.id, what: '@kept_user', user_id: userId } });
  const roster = await cache.fresh(conversation);
  const uid = written ?? roster.all(userId)[0]?.uid;
  if (uid === undefined) throw gone();
  for (const finger of copy.fingers) {
    if ((await readFinger(conversation, uid, finger.finger)) !== null) continue;
    await whileDisabled(context, async () => {
      if (!(await cache.stillHolds(conversation, userId, uid))) throw gone();
      cache.fingersChange();
      await tolerateRefusal(uploadTemplate(conversation, { uid, ...finger }));
    });
  }
  if (copy.fingers.length === 0) return 0;
  await tolerateRefusal(refreshData(conversation));
  let there = 0;
  for (const { finger } of copy.fingers) {
    if ((await readFinger(conversation, uid, finger)) !== null) there++;
  }
  if (!(await cache.stillHolds(conversation, userId, uid))) throw gone();
  return there;
}
