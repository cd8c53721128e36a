// Whether terminals hold what the API says of people, and nobody has anybody else's fingers.
import type { SimulatedTerminal } from '../../terminal/terminal.ts';
import type { Place } from './arena.ts';
import type { Body, Shown } from './caller.ts';

/** Somebody of a schedule, and what was asked for last. */
export interface Subject {
  readonly person: string;
  /** Null: is to be nowhere. */
  body: Body | null;
  /** Every badge that he ever was to have. */
  readonly badges: Set<string>;
}

const SETTLED = ['in_step', 'drift', 'gone'];

/** Fields of the terminal that are otherwise than wanted; `user`: the whole of it. */
export function differences(terminal: SimulatedTerminal, { user_id, name, card, password }: Body): string[] {
  const all = terminal.users().filter(({ userId }) => userId === user_id);
  if (all.length === 0) return ['user'];
  const wanted = { name, password, card } as const;
  const fields = ['name', 'password', 'card'] as const;
  return fields.filter((field) => all.some((user) => user[field] !== wanted[field]));
}

/** What is wrong with how somebody stands at a terminal, in words; empty where it is as it is told. */
export function wrongAt(
  { device, drift, terminal }: Place,
  { person, body }: Subject,
  shown: readonly Shown[],
  subjects: readonly Subject[],
): string[] {
  const told = shown.find(({ device_id }) => device_id === device);
  const isWanted = body?.devices.includes(device) === true;
  const say = (text: string) => [`${person} at ${device} (${told?.state ?? 'not shown'}): ${text}`];
  if (told === undefined) return isWanted ? say('is wanted there') : [];
  // A badge is one person's at a terminal: the others are told so.
  const hasRival = subjects.some(
    (other) =>
      other.person !== person &&
      other.body?.user_id === body?.user_id &&
      other.body?.devices.includes(device) === true,
  );
  if (told.state === 'refused' && isWanted && hasRival) return [];
  if (!SETTLED.includes(told.state)) return say('is not settled');
  if ((told.state === 'gone') === isWanted) return say(isWanted ? 'is wanted there' : 'must not be there');
  if (body === null || !isWanted) return [];
  const now = differences(terminal, body).join();
  if (told.state === 'in_step' && now !== '') return say(`differs in ${now}`);
  if (told.state === 'drift' && (drift === 'repair' || now !== told.fields?.join())) {
    return say(`is told to differ in ${told.fields?.join()}, and does in ${now}`);
  }
  return [];
}

/** Badges that stand on a terminal and are nobody's who is wanted there. @param typed those that somebody has added at a keypad, by terminal */
export function leftOver(
  { device, terminal }: Place,
  subjects: readonly Subject[],
  typed: ReadonlySet<string>,
): string[] {
  const wanted = new Set(
    subjects.flatMap(({ body }) => (body?.devices.includes(device) === true ? [body.user_id] : [])),
  );
  const badges = new Set(subjects.flatMap((subject) => [...subject.badges]));
  return terminal
    .users()
    .filter(({ userId }) => badges.has(userId) && !wanted.has(userId) && !typed.has(`${device}/${userId}`))
    .map(({ userId }) => `${userId} stands at ${device}, where nobody with that badge is wanted`);
}

/** Fingers that belong to somebody else than the record they are with. @param owners by the bytes of a template */
export function strangeFingers(
  { device, terminal }: Place,
  subjects: readonly Subject[],
  owners: ReadonlyMap<string, string>,
): string[] {
  const users = new Map(terminal.users().map(({ uid, userId }) => [uid, userId]));
  return terminal.templates().flatMap(({ uid, finger, template }) => {
    const owner = owners.get(template.toString('hex'));
    const subject = subjects.find(({ person }) => person === owner);
    const userId = users.get(uid) ?? '';
    if (subject === undefined || subject.body?.user_id === userId) return [];
    const isOthers = subjects.some(({ body }) => body?.user_id === userId);
    return isOthers ? [`finger ${finger} of ${owner} is with badge ${userId} at ${device}`] : [];
  });
}

/** Within a branch everybody who is in step at two terminals has the same fingers at both. */
export function missingFingers(
  places: readonly Place[],
  { person, body }: Subject,
  shown: readonly Shown[],
): string[] {
  if (body === null) return [];
  const isInStep = ({ device }: Place) =>
    shown.some(({ device_id, state }) => device_id === device && state === 'in_step');
  const slotsOf = ({ terminal }: Place) => {
    const own = new Set(
      terminal.users().flatMap(({ uid, userId }) => (userId === body.user_id ? [uid] : [])),
    );
    const slots = terminal.templates().flatMap(({ uid, finger }) => (own.has(uid) ? [finger] : []));
    return slots.sort().join();
  };
  return [...Map.groupBy(places.filter(isInStep), ({ site }) => site)].flatMap(([site, all]) => {
    const hands = new Set(all.map(slotsOf));
    return hands.size > 1
      ? [`${person} has other fingers at each terminal of ${site}: ${[...hands].join(' | ')}`]
      : [];
  });
}
