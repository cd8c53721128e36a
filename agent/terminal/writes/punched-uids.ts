// Before somebody new is given a uid: which uids stand in the punches, where those bear no badge.
import type { TimeTeller } from '../../clock.ts';
import { asked } from '../../zk/commands.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { ZkError } from '../../zk/errors.ts';
import { isBroken } from '../session/errors.ts';
import type { AttendanceCache } from '../tables/attendance-cache.ts';
import type { Roster } from '../tables/roster.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteJob } from '../write-job.ts';

/** This many punches are read in a moment. */
const PUNCHES_WORTH_READING = 20_000;
/** If the punches could not be read, this long passes before the next try: meanwhile new users must still be created. */
const LEFT_ALONE_MS = 600_000;

/** The punches of somebody who was deleted must not become somebody else's. */
export class PunchedUids {
  readonly #attendance: AttendanceCache;
  readonly #clock: TimeTeller;
  #failedAt: number | null = null;

  constructor(attendance: AttendanceCache, clock: TimeTeller) {
    this.#attendance = attendance;
    this.#clock = clock;
  }

  /**
   * Takes the uids of the punches into `cache.uids.used` if one of `jobs` will be given a new one. Where punches bear badges, one
   * look will do; where they bear uids, somebody may have come, punched and gone since the last one. A terminal that does
   * not tell its punches shows them to nobody either: then the error is returned, and what was asked goes on.
   * @throws ZkError if the conversation is over; the next one goes on without a look.
   */
  async learn(
    conversation: Conversation,
    cache: RosterCache,
    roster: Roster,
    jobs: readonly WriteJob[],
  ): Promise<unknown> {
    if (!jobs.some((job) => isNewTo(roster, job)) || this.#isLeftAlone || isCostly(roster)) return null;
    if (cache.uids.used.knowsPunches && !cache.uids.used.punchesBearUids) return null;
    try {
      const { book } = await this.#attendance.fresh(conversation, cache, {
        now: () => this.#clock.now(),
        continuing: false,
      });
      // An empty list says nothing about later punches.
      if (book.size > 0) cache.uids.used.addPunched(book.uids());
      return null;
    } catch (error) {
      this.#failedAt = this.#clock.monotonic();
      if (isBroken(error) && !conversation.isOpen) {
        throw new ZkError('closed', asked('readAttendance'), { cause: error });
      }
      return error;
    }
  }

  get #isLeftAlone(): boolean {
    return this.#failedAt !== null && this.#clock.monotonic() - this.#failedAt < LEFT_ALONE_MS;
  }
}

function isNewTo(roster: Roster, { wish }: WriteJob): boolean {
  return wish.mayAdd && roster.all(wish.userId).length === 0;
}

/** Terminals with the longer records of users put badges into their punches; a short list is no matter to look at. */
function isCostly({ width, counters }: Roster): boolean {
  return width === 72 && (counters?.records ?? 0) > PUNCHES_WORTH_READING;
}
