// The fingers of users as the terminal holds them: read slot by slot or all at once, whichever is less.
import { readSet } from '../../zk/bulk.ts';
import { Reply } from '../../zk/commands.ts';
import type { Conversation } from '../../zk/conversation.ts';
import type { Counters } from '../../zk/counters.ts';
import { isZkError } from '../../zk/errors.ts';
import { decodeTemplates, type FingerTemplate, readTemplate } from '../../zk/templates.ts';

const FINGERS = 10;
/** Reading this many templates as a whole takes as long as ten questions for single ones. */
const SET_OF_FEW = 50;
/** The whole set tells duress fingers, single slots do not: worth a second's reading where templates are kept. */
export const SET_WORTH_KEEPING = 300;
/** What a single answer does not say: an ordinary finger, no duress one. */
const VALID = 1;
/** Codes of a terminal that cannot give single templates. */
const UNKNOWN_COMMAND: readonly (number | undefined)[] = [Reply.unknown, Reply.errorCommand];

interface FingerReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** So many templates are read as a whole even for few users. */
  readonly mostInSet?: number;
  /** Told which uids have fingers, and how many there are, where the whole set was read. */
  readonly onSet?: ((uids: ReadonlySet<number>, templates: number) => void) | undefined;
}

/**
 * The templates of `uids`, by uid and finger. A terminal's counter of zero fingers is not believed: where it is
 * true, reading the set takes no time.
 * @throws ZkError
 */
export async function readFingers(
  conversation: Conversation,
  uids: readonly number[],
  counters: Counters | null,
  { signal, mostInSet = 0, onSet }: FingerReadOptions = {},
): Promise<FingerTemplate[]> {
  if (counters !== null && counters.fingers <= Math.max(mostInSet, SET_OF_FEW * uids.length)) {
    return await readFromSet(conversation, uids, { signal, onSet });
  }
  const found: FingerTemplate[] = [];
  for (const uid of uids) {
    for (let finger = 0; finger < FINGERS; finger++) {
      try {
        const template = await readTemplate(conversation, uid, finger, { signal });
        if (template !== null) found.push({ uid, finger, flag: VALID, template });
      } catch (error) {
        if (!isZkError(error, 'refused') || !UNKNOWN_COMMAND.includes(error.reply)) throw error;
        return await readFromSet(conversation, uids, { signal, onSet });
      }
    }
  }
  return found;
}

async function readFromSet(
  conversation: Conversation,
  uids: readonly number[],
  { signal, onSet }: Pick<FingerReadOptions, 'signal' | 'onSet'>,
): Promise<FingerTemplate[]> {
  const wanted = new Set(uids);
  const all = decodeTemplates(await readSet(conversation, 'templates', { signal }));
  onSet?.(new Set(all.map(({ uid }) => uid)), all.length);
  return all
    .filter(({ uid, finger, template }) => wanted.has(uid) && finger < FINGERS && template.length > 0)
    .sort((a, b) => a.uid - b.uid || a.finger - b.finger);
}

/** One finger's template; null if the slot is empty. @throws ZkError */
export async function readFinger(
  conversation: Conversation,
  uid: number,
  finger: number,
  signal?: AbortSignal,
): Promise<FingerTemplate | null> {
  try {
    const template = await readTemplate(conversation, uid, finger, { signal });
    return template === null ? null : { uid, finger, flag: VALID, template };
  } catch (error) {
    if (!isZkError(error, 'refused') || !UNKNOWN_COMMAND.includes(error.reply)) throw error;
    const all = await readFromSet(conversation, [uid], { signal });
    return all.find((template) => template.finger === finger) ?? null;
  }
}
