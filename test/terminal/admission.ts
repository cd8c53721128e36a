// Whether the terminal takes a user record, and what a careful client would never have sent.
import type { Exchange } from './behaviour.ts';
import type { Device } from './device.ts';
import { Reply } from './protocol.ts';
import { decodeRecord } from './user-record.ts';

const HIGHEST_UID = 65_534;

/** The code of the refusal, or null where all these records may be stored. */
export function admissionRefusal(
  { device, client, command }: Exchange,
  records: readonly Buffer[],
): number | null {
  const { options, state, faults } = device;
  const newUids = new Set<number>();
  for (const raw of records) {
    if (raw.length !== options.width) return Reply.badData;
    const user = decodeRecord(raw, state.layout);
    if (user.uid === 0 || user.uid > Math.min(HIGHEST_UID, options.highestUid) || user.userId === '')
      return Reply.error;
    const shape = userIdProblem(user.userId, device);
    if (shape !== null) {
      // A client that asked before the setting changed cannot know.
      if (!state.isSetAnew) device.violation(`${client.label}: user_id '${user.userId}' ${shape}`);
      return Reply.error;
    }
    const twin = state.findUser(user.userId);
    if (twin !== undefined && twin.uid !== user.uid) {
      device.violation(
        `${client.label}: user_id '${user.userId}' of uid ${twin.uid} written under uid ${user.uid}`,
      );
    }
    if (!state.users.has(user.uid)) newUids.add(user.uid);
  }
  if (newUids.size === 0) return null;
  if (state.users.size + newUids.size > options.capacity.users) return Reply.error;
  const full = faults.takeFull(command);
  if (full === null) return null;
  // Stores the record although it says that it is full.
  if (full.when === 'after-effect') for (const raw of records) state.putUser(raw, 'protocol');
  return Reply.error;
}

function userIdProblem(userId: string, { options }: Device): string | null {
  if (options.width === 28) return null;
  if (userId.length > options.pin2Width) return `is wider than ${options.pin2Width}`;
  return options.letters || /^\d+$/.test(userId) ? null : 'is not of digits';
}
