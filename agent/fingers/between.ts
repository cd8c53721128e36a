// Fingers between branches: taken from a terminal and sealed to the agent of another branch, and the other way round. The cloud carries
// what it cannot read; in clear they are in the memory of the two agents alone.
import type { KeyObject } from 'node:crypto';
import * as z from 'zod';
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import type { ArgsOf, ResultOf } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { PeopleStore } from '../people/store.ts';
import type { Wanted } from '../people/wanted.ts';
import { failure, type Result } from '../result.ts';
import { openSealed, publicKeyOf, sealTo } from './envelope.ts';
import { isSettled } from './missing.ts';
import { bitsOf, type CarriedFinger, DURESS, giveFingers, takeFingers, VALID, wipe } from './transfer.ts';
import type { InTurn } from './turn.ts';

/** Carried as JSON, templates in base64. */
const handSchema = z.array(
  z.strictObject({
    finger: z.int().min(0).max(9),
    flag: z.union([z.literal(VALID), z.literal(DURESS)]),
    template: z.base64().transform((text) => Buffer.from(text, 'base64')),
  }),
);

export interface BetweenPorts {
  readonly at: SiteAddress;
  readonly store: PeopleStore;
  readonly key: KeyObject;
  /** Epoch ms, by the cloud's clock. */
  readonly now: () => number;
  readonly inTurn: InTurn;
  /** The person's hand there has changed. */
  readonly onGiven: (person: string) => void;
}

export class FingersBetween {
  readonly handlers = {
    'finger.seal': (args: ArgsOf<'finger.seal'>, command: Command) =>
      answered(() => this.#seal(args, command)),
    'finger.give': (args: ArgsOf<'finger.give'>, command: Command) =>
      answered(() => this.#give(args, command)),
  };
  readonly #ports: BetweenPorts;

  constructor(ports: BetweenPorts) {
    this.#ports = ports;
  }

  /** What is sealed to this agent is sealed to this key. */
  get publicKey(): string {
    return publicKeyOf(this.#ports.key);
  }

  /** @throws SerenoError */
  async #seal(
    { person, fingers, to }: ArgsOf<'finger.seal'>,
    command: Command,
  ): Promise<ResultOf<'finger.seal'>> {
    const { store, inTurn, at } = this.#ports;
    const wanted = this.#standing(person, command);
    const { kind, hand } = this.#handOf(wanted);
    const flagOf = (finger: number) => ((hand.duress & (1 << finger)) === 0 ? VALID : DURESS);
    const have = fingers.filter((finger) => ((hand.usable | hand.duress) & (1 << finger)) !== 0);
    const taken = await inTurn(
      wanted.device,
      ({ conversation, cache, signal }) =>
        takeFingers(conversation, cache, {
          userId: wanted.userId,
          wanted: have.map((finger) => ({ finger, flag: flagOf(finger) })),
          signal,
        }),
      this.#left(command),
    );
    try {
      if (taken.length < have.length) store.fingers.doubt(wanted.device);
      if (taken.length === 0 || !this.#stillStands(wanted)) return { kind, fingers: [], sealed: '' };
      const about = aboutOf(at.tenant, { from: at.site, to: to.site, person, kind });
      const clear = Buffer.from(
        JSON.stringify(taken.map((each) => ({ ...each, template: each.template.toString('base64') }))),
      );
      const sealed = sealTo(to.key, about, clear).toString('base64');
      clear.fill(0);
      return { kind, fingers: taken.map(({ finger }) => finger), sealed };
    } finally {
      wipe(taken);
    }
  }

  /** @throws SerenoError */
  async #give(
    { person, from, kind, sealed }: ArgsOf<'finger.give'>,
    command: Command,
  ): Promise<ResultOf<'finger.give'>> {
    const { store, inTurn, at, key, onGiven } = this.#ports;
    const wanted = this.#standing(person, command);
    const { device, userId } = wanted;
    if (this.#handOf(wanted).kind !== kind) throw unfit(device);
    const about = aboutOf(at.tenant, { from, to: at.site, person, kind });
    const clear = openSealed(key, about, Buffer.from(sealed, 'base64'));
    if (clear === null) throw unfit(device);
    const fingers = handSchema.parse(JSON.parse(clear.toString('utf8')));
    clear.fill(0);
    try {
      const given = await inTurn(
        device,
        async ({ conversation, cache, terminal, signal }) =>
          this.#stillStands(wanted)
            ? await giveFingers(terminal, conversation, cache, { userId, fingers, signal })
            : null,
        this.#left(command),
      );
      if (given === null) throw new SerenoError('user_not_found', { params: { user_id: userId } });
      store.fingers.add(device, userId, bitsOf(given.there), given.count);
      onGiven(person);
      return { there: indexesOf(given.there), refused: indexesOf(given.refused) };
    } finally {
      wipe(fingers);
    }
  }

  /** Who is known to stand there as himself. @throws SerenoError `user_not_found` */
  #standing(person: string, { device = '' }: Command): Wanted {
    const wanted = this.#ports.store.find(device, person);
    if (wanted !== undefined && isSettled(wanted)) return wanted;
    throw new SerenoError('user_not_found', { params: { user_id: wanted?.userId ?? person } });
  }

  #stillStands({ device, person, userId }: Wanted): boolean {
    const now = this.#ports.store.find(device, person);
    return now !== undefined && isSettled(now) && now.userId === userId;
  }

  /** @throws SerenoError `unsupported` where nobody knows which kind of templates the terminal makes */
  #handOf({ device, userId }: Wanted) {
    const { fingers } = this.#ports.store;
    const kind = fingers.look(device)?.version ?? null;
    if (kind === null) throw unfit(device);
    return { kind, hand: fingers.hand(device, userId) };
  }

  /** @throws SerenoError `expired` */
  #left({ notAfter }: Command): number {
    const left = notAfter - this.#ports.now();
    if (left <= 0) throw new SerenoError('expired');
    return left;
  }
}

/** What an envelope is bound to. */
function aboutOf(
  tenant: string,
  { from, to, person, kind }: { from: string; to: string; person: string; kind: string },
): string[] {
  return [tenant, from, to, person, kind];
}

function unfit(device: string): SerenoError {
  return new SerenoError('unsupported', { params: { device, what: '@finger_kind' } });
}

function indexesOf(fingers: readonly CarriedFinger[]): number[] {
  return fingers.map(({ finger }) => finger);
}

async function answered(work: () => Promise<unknown>): Promise<Result> {
  try {
    return { status: 'ok', data: await work(), verified: 'readback' };
  } catch (error) {
    return failure(error);
  }
}
