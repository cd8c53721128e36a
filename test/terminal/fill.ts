// Puts the contents that the options name into a fresh terminal.
import type { TerminalOptions } from './configuration.ts';
import { Random } from './random.ts';
import { seedTemplate, seedUsers } from './seed.ts';
import type { TerminalState } from './state.ts';
import { newRecord, type TerminalUser } from './user-record.ts';
import { packTime } from './wall-clock.ts';

/** Throws RangeError for contents that the records cannot hold, or that name a user who is not there. */
export function fill(state: TerminalState): void {
  const { options } = state;
  for (const raw of records(options, state)) state.users.set(raw.readUInt16LE(0), raw);
  const users = state.decoded();
  const random = new Random(options.seed + 1);
  fillTemplates(state, users, random);
  fillAttendance(state, users, random);
}

function records(options: TerminalOptions, state: TerminalState): Buffer[] {
  if (typeof options.users === 'number')
    return seedUsers(options.users, { ...state.layout, seed: options.seed });
  let last = 0;
  return options.users.map((given) => {
    if (given instanceof Uint8Array) {
      const raw = Buffer.from(given);
      if (raw.length !== options.width) throw new RangeError(`a record of ${raw.length} bytes`);
      last = raw.readUInt16LE(0);
      return raw;
    }
    const { uid = last + 1, ...fields } = given;
    last = uid;
    return newRecord(uid, fields, state.layout);
  });
}

function uidOf(userId: string, users: readonly TerminalUser[]): number {
  const user = users.find((each) => each.userId === userId);
  if (user === undefined) throw new RangeError(`no user '${userId}'`);
  return user.uid;
}

function fillTemplates(state: TerminalState, users: readonly TerminalUser[], random: Random): void {
  const wanted = state.options.templates;
  if (typeof wanted === 'number') {
    for (const { uid } of users.slice(0, wanted)) {
      state.templates.put({ uid, finger: random.between(0, 9), flag: 1, template: seedTemplate(random) });
    }
    return;
  }
  for (const { userId, finger, flag, template } of wanted) {
    const bytes = template === undefined ? seedTemplate(random) : Buffer.from(template);
    state.templates.put({ uid: uidOf(userId, users), finger, flag, template: bytes });
  }
}

function fillAttendance(state: TerminalState, users: readonly TerminalUser[], random: Random): void {
  const wanted = state.options.attendance;
  if (typeof wanted !== 'number') {
    const uids = new Map(users.map((user) => [user.userId, user.uid]));
    for (const { userId, time, verify, state: punched } of wanted) {
      const packedTime = typeof time === 'number' ? time : packTime(time);
      // Punches of people who were deleted since are kept, with a uid that is nobody's.
      state.attendance.push({ uid: uids.get(userId) ?? 0, userId, verify, state: punched, packedTime });
    }
    return;
  }
  if (users.length === 0 && wanted > 0) throw new RangeError('punches need users');
  const firstDay = packTime('2024-01-01T00:00:00');
  for (let at = 0; at < wanted; at += 1) {
    const user = users[at % users.length];
    if (user === undefined) continue;
    // Days 1–28 exist in every month: the seed holds no impossible dates.
    const day = Math.floor((at / wanted) * 600);
    const packedTime =
      firstDay + (Math.floor(day / 28) * 31 + (day % 28)) * 86_400 + random.between(0, 86_399);
    const verify = random.between(0, 1);
    state.attendance.push({
      uid: user.uid,
      userId: user.userId,
      verify,
      state: random.between(0, 5),
      packedTime,
    });
  }
}
