// `finger.enroll`: the terminal asks somebody for a finger three times, and the agent makes sure that it ends well.
import { SerenoError } from '../../../shared/errors.ts';
import type { ArgsOf } from '../../../shared/wire/operations.ts';
import { pause } from '../../clock.ts';
import { refreshData } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { cancelEnrol, startEnrol } from '../../zk/enrolment.ts';
import { tolerateRefusal } from '../../zk/errors.ts';
import { deleteFinger, type FingerTemplate, uploadTemplate } from '../../zk/templates.ts';
import type { UserRecord } from '../../zk/users.ts';
import { toSerenoError } from '../session/errors.ts';
import { readFinger, readFingers, SET_WORTH_KEEPING } from '../tables/fingers.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { Ask, AskContext } from './ask.ts';
import { type Ending, EnrolmentWatch } from './enrolment-watch.ts';

/** Terminals give up by themselves after some 60 s. */
const ENROL_MS = 90_000;
/** Cancelling must free the terminal within a second; if it does not answer by then, it is left alone. */
const CANCEL_MS = 900;
/** After a lost line the terminal is looked at as soon as it answers, tried this often. */
const LOOKS = 4;
const LOOK_PAUSE_MS = 1000;

/**
 * Enrols a finger of an existing user; `progress` goes `waiting`, `sample 1/3` … `sample 3/3`. With `replace` the
 * finger that was there is put back if the enrolment does not succeed. The terminal stays enabled, except for the
 * moment in which a finger is removed or put back.
 * @throws SerenoError `user_not_found`, `finger_enrolled`, `duplicate_finger`, `enrol_timeout`, `enrol_failed`
 * (`applied: unknown` where the terminal could not be looked at any more), `cancelled`, `not_verified`.
 */
export const enrolFinger: Ask<'finger.enroll'> = async (args, context) => {
  await new Enrolment(args, context).run();
  return { data: { user_id: args.user_id, finger_index: args.finger_index }, verified: 'readback' };
};

class Enrolment {
  readonly #args: ArgsOf<'finger.enroll'>;
  readonly #context: AskContext;
  #record: UserRecord | null = null;
  /** The finger that was there before, once it may have been removed. */
  #replaced: FingerTemplate | null = null;
  /** The terminal may be enrolling. */
  #begun = false;

  constructor(args: ArgsOf<'finger.enroll'>, context: AskContext) {
    this.#args = args;
    this.#context = context;
  }

  async run(): Promise<void> {
    const { terminal, signal } = this.#context;
    let ending: Ending;
    try {
      ending = await terminal.enrol((conversation, cache) => this.#enrol(conversation, cache), signal);
    } catch (error) {
      if (!this.#begun && this.#replaced === null) throw error;
      const putRight = await this.#putRight();
      if (putRight === 'enrolled') return;
      throw toSerenoError(error, terminal.device, putRight);
    }
    const putRight = await this.#putRight();
    if (putRight !== 'enrolled') throw this.#failure(ending, putRight);
  }

  async #enrol(conversation: Conversation, cache: RosterCache): Promise<Ending> {
    // If the conversation breaks after the start, it is not opened again: the person would be asked twice.
    if (this.#begun) return { kind: 'lost' };
    const { terminal, signal, progress } = this.#context;
    const { user_id: userId, finger_index: finger } = this.#args;
    await this.#makeRoom(conversation, cache);
    signal.throwIfAborted();
    const watch = new EnrolmentWatch(conversation, terminal.clock, {
      finger,
      signal,
      timeoutMs: ENROL_MS,
      onStage: progress,
    });
    try {
      this.#begun = true;
      cache.fingersChange();
      await startEnrol(conversation, { userId, finger });
      watch.begin();
      return await watch.ended;
    } finally {
      watch.stop();
    }
  }

  /** Checks user and slot; a finger that is to be replaced is removed. */
  async #makeRoom(conversation: Conversation, cache: RosterCache): Promise<void> {
    const { signal, terminal } = this.#context;
    const { user_id, finger_index: finger, replace = false } = this.#args;
    const roster = await cache.fresh(conversation, { signal });
    const record = roster.find(user_id);
    if (record === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
    this.#record = record;
    const { uid } = record;
    if ((await readFinger(conversation, uid, finger, signal)) === null) return;
    if (!replace) throw new SerenoError('finger_enrolled', { params: { user_id, finger_index: finger } });
    const fingers = await readFingers(conversation, [uid], roster.counters, {
      signal,
      mostInSet: SET_WORTH_KEEPING,
    });
    this.#replaced ??= fingers.find((template) => template.finger === finger) ?? null;
    await terminal.disabled(conversation, cache, async () => {
      if (!(await cache.stillHolds(conversation, user_id, uid))) {
        throw new SerenoError('user_not_found', { params: { user_id } });
      }
      cache.fingersChange();
      await deleteFinger(conversation, { width: roster.width, uid, userId: user_id, finger });
      await tolerateRefusal(refreshData(conversation));
    });
    if ((await readFinger(conversation, uid, finger)) !== null) throw this.#notVerified();
  }

  /**
   * Takes the terminal out of enrolment and looks whether the finger is there, for only that tells; a finger that
   * was removed for nothing is put back. The counters have moved: the roster is read anew when it is next needed.
   * @returns what is known to have been applied.
   */
  async #putRight(): Promise<'enrolled' | 'no' | 'partial' | 'unknown'> {
    const { terminal, signal } = this.#context;
    for (let look = 1; ; look++) {
      try {
        return await terminal.read(async (conversation, cache) => {
          await tolerateRefusal(cancelEnrol(conversation, { timeoutMs: CANCEL_MS }));
          if (await this.#isEnrolled(conversation)) return 'enrolled';
          if (this.#replaced === null) return 'no';
          return (await this.#putBack(conversation, cache, this.#replaced)) ? 'no' : 'partial';
        });
      } catch {
        if (look === LOOKS || signal.aborted) return 'unknown';
        await pause(terminal.clock, LOOK_PAUSE_MS);
      }
    }
  }

  async #isEnrolled(conversation: Conversation): Promise<boolean> {
    if (!this.#begun || this.#record === null) return false;
    await tolerateRefusal(refreshData(conversation));
    return (await readFinger(conversation, this.#record.uid, this.#args.finger_index)) !== null;
  }

  /** False if the terminal does not take it, or the user is not there any more. */
  async #putBack(conversation: Conversation, cache: RosterCache, template: FingerTemplate): Promise<boolean> {
    const { terminal } = this.#context;
    const roster = await cache.fresh(conversation);
    const { user_id: userId } = this.#args;
    const uid = roster.find(userId)?.uid;
    if (uid === undefined) return false;
    await terminal.disabled(conversation, cache, async () => {
      if (!(await cache.stillHolds(conversation, userId, uid))) return;
      cache.fingersChange();
      await tolerateRefusal(uploadTemplate(conversation, { ...template, uid }));
      await tolerateRefusal(refreshData(conversation));
    });
    return (await readFinger(conversation, uid, template.finger)) !== null;
  }

  #failure(ending: Ending, applied: 'no' | 'partial' | 'unknown'): SerenoError {
    switch (ending.kind) {
      case 'enrolled':
        return this.#notVerified(applied);
      case 'cancelled':
        return new SerenoError('cancelled', { applied });
      case 'lost':
        return new SerenoError('enrol_failed', { applied });
      case 'refused':
        return new SerenoError(ending.code, { applied });
    }
  }

  #notVerified(applied: 'no' | 'partial' | 'unknown' = 'no'): SerenoError {
    const { user_id, finger_index } = this.#args;
    const { id: device } = this.#context.terminal.device;
    return new SerenoError('not_verified', {
      params: { device, what: '@kept_finger', finger_index, user_id },
      applied,
    });
  }
}
