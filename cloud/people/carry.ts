// Carries fingers of a person from branch to branch: one agent seals them to another, and this only passes on what it cannot read.
import { agentKeySchema } from '../../shared/domain/wanted-person.ts';
import { log } from '../log.ts';
import { type AskedTerminal, askAgent } from './ask.ts';
import type { HandRow } from './hands.ts';
import type { PeoplePorts } from './ports.ts';
import type { PlaceRow } from './rows.ts';

/** One agent has so long for its answer: ten fingers at a slow terminal. */
const ANSWER_MS = 20_000;
const FINGERS = 10;

/** Fingers that one terminal can give to the branch of another. */
export interface Carriage {
  readonly from: HandRow;
  readonly to: PlaceRow;
  readonly slots: number;
}

/**
 * What is missing where. At a branch one terminal is enough: its agent sees to the others. Which kind of templates a terminal makes is known
 * where it has told a hand; where it has not, it is asked.
 * @param refused by terminal, the slots that it does not take
 */
export function carriages(
  places: readonly PlaceRow[],
  hands: readonly HandRow[],
  refused: Readonly<Record<string, number>>,
): Carriage[] {
  const standing = new Map(places.filter(stands).map((place) => [place.device, place]));
  const own = hands.filter(({ device, site }) => standing.get(device)?.site === site);
  const sites = new Set([...standing.values()].map(({ site }) => site));
  return [...sites].flatMap((site): Carriage[] => {
    const targets = [...standing.values()].filter((place) => place.site === site);
    const others = own.filter((hand) => hand.site !== site);
    for (const to of targets) {
      const there = own.find(({ device }) => device === to.device);
      const have = own.filter((hand) => hand.site === site).reduce((slots, hand) => slots | slotsOf(hand), 0);
      const open = ~(have | (refused[to.device] ?? 0));
      const from = others
        .filter(({ kind }) => there === undefined || there.kind === kind)
        .sort((one, other) => bits(slotsOf(other) & open) - bits(slotsOf(one) & open))
        .find((hand) => (slotsOf(hand) & open) !== 0);
      if (from !== undefined) return [{ from, to, slots: slotsOf(from) & open }];
    }
    return [];
  });
}

/** The terminal was seen to hold the person: the record is his. */
function stands({ there, state }: PlaceRow): boolean {
  return there && (state === 'in_step' || state === 'drift');
}

function slotsOf({ usable, duress }: HandRow): number {
  return usable | duress;
}

function fingersOf(slots: number): number[] {
  return Array.from({ length: FINGERS }, (_, finger) => finger).filter(
    (finger) => (slots & (1 << finger)) !== 0,
  );
}

function bits(slots: number): number {
  return fingersOf(slots).length;
}

/** @param endsAt epoch ms */
export async function carryFingers(
  ports: PeoplePorts,
  { tenant, id: person }: { readonly tenant: string; readonly id: string },
  endsAt: number,
): Promise<void> {
  const { hands, people, clock } = ports;
  const errand = await hands.errand(tenant, person);
  if (errand === null || (errand.notBefore ?? 0) > clock.now()) return;
  const row = await people.person(tenant, person);
  const [places, known] =
    row === null ? [[], []] : await Promise.all([people.placesOf([row]), hands.of(tenant, person)]);
  const refused: Record<string, number> = { ...errand.refused };
  let isLeft = false;
  for (const carriage of carriages(places, known, refused)) {
    const until = Math.min(endsAt, clock.now() + 2 * ANSWER_MS);
    const came = until - clock.now() < ANSWER_MS ? 'later' : await carry(ports, tenant, person, carriage);
    if (came === 'later') isLeft = true;
    else {
      const { device } = carriage.to;
      refused[device] = (refused[device] ?? 0) | came.refused;
      // Another terminal of the branch may take what this one does not, and other branches may have more.
      isLeft ||= came.refused !== 0;
    }
  }
  if (isLeft) await hands.again(errand, refused, clock.now());
  else await hands.done(errand, refused);
}

async function carry(
  ports: PeoplePorts,
  tenant: string,
  person: string,
  { from, to, slots }: Carriage,
): Promise<'later' | { readonly refused: number }> {
  const { directory, clock } = ports;
  const key = agentKeySchema.safeParse((await directory.site(tenant, to.site))?.agentKey);
  // An agent that is older takes nothing.
  if (!key.success) return 'later';
  const ask = { tenant, site: from.site, device: from.device } satisfies AskedTerminal;
  const args = { person, fingers: fingersOf(slots), to: { site: to.site, key: key.data } };
  const sealed = await askAgent(ports, ask, 'finger.seal', args, clock.now() + ANSWER_MS);
  if ('failed' in sealed) return 'later';
  const { kind, fingers, sealed: bytes } = sealed.result;
  // It has told of fingers that it does not have any more: it will tell again.
  if (fingers.length === 0) return { refused: 0 };
  const give = { tenant, site: to.site, device: to.device };
  const content = { person, from: from.site, kind, sealed: bytes };
  const given = await askAgent(ports, give, 'finger.give', content, clock.now() + ANSWER_MS);
  if ('result' in given) {
    log.info('fingers carried', { from: from.device, to: to.device, there: given.result.there.length });
    return { refused: given.result.refused.reduce((sum, finger) => sum | (1 << finger), 0) };
  }
  // Templates of another kind, or a key that is not its own any more: the next hello brings the new one.
  return given.failed === 'refused' && given.code === 'unsupported' ? { refused: slots } : 'later';
}
