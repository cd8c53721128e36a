// Sends notices: those of one address one after the other, so that an end does not come before its problem; addresses side
// by side. One function at a time sends a notice; one that was killed sends it again, under the same id.
import { randomUUID } from 'node:crypto';
import type { Accounts } from '../accounts/accounts.ts';
import { enter, type Operator } from '../accounts/operator.ts';
import { sideBySide } from '../bounded.ts';
import type { Clock } from '../clock.ts';
import { about, log } from '../log.ts';
import type { Hold } from '../store/held.ts';
import { GIVE_UP_MS, GONE, pauseAfter } from '../webhooks/pauses.ts';
import type { Sender } from '../webhooks/sender.ts';
import type { Mailer } from './mail.ts';
import { alertMessage } from './message.ts';
import type { Notice, NoticeError, NoticeNews, Notices } from './notices.ts';
import { kindOfMedia, mayBeTold, sees, zoneOf } from './recipients.ts';
import { languageOf, wordsOf } from './texts.ts';

export interface SendPorts {
  readonly notices: Notices;
  readonly accounts: Accounts;
  readonly sender: Sender;
  /** Null where no mail server is set. */
  readonly mailer: Mailer | null;
  /** What webhooks of an operator are signed with. */
  readonly secretOf: (tenant: string, userId: string) => string;
  readonly clock: Clock;
  readonly zone: string;
}

/** Addresses at a time. */
const LANES = 10;
/** More than a try takes. */
const HOLD_MS = 60_000;
/** News that are old are worth little: a receiver that is back is told soon. */
const MOST_PAUSE_MS = 5 * 60_000;

type Result =
  | { readonly isSent: true }
  | { readonly isSent: false; readonly error: NoticeError; readonly isFinal: boolean };

const SENT = { isSent: true } as const;

function failed(error: NoticeError, isFinal = false): Result {
  return { isSent: false, error, isFinal };
}

interface Mine {
  readonly operator: Operator;
  readonly kind: 'email' | 'webhook';
  readonly changes: Notice['changes'];
}

/** What the one whom a notice is for may be told of it by now; null: nothing. */
async function stillMine({ accounts }: SendPorts, notice: Notice): Promise<Mine | null> {
  const { tenant, userId, mediaId, address, changes } = notice;
  const user = await accounts.user(tenant, userId);
  const media = user?.medias.find(({ id }) => id === mediaId);
  if (user === null || media?.active !== true || !media.sendTo.includes(address)) return null;
  const kind = kindOfMedia(media);
  const operator = await enter(accounts, tenant, user, { session: '' });
  if (kind === null || operator === null || !mayBeTold(operator)) return null;
  const seen = changes.filter((change) => sees(operator, change));
  return seen.length === 0 ? null : { operator, kind, changes: seen };
}

async function byMail(
  { mailer, zone }: SendPorts,
  notice: Notice,
  { operator, changes }: Mine,
): Promise<Result> {
  if (mailer === null) return failed('not_configured', true);
  const { user } = operator;
  const words = wordsOf(changes, languageOf(user), zoneOf(user, zone));
  const { id, address: to, createdAt: at } = notice;
  const failure = await mailer.send({ id, at, to, ...words });
  return failure === null ? SENT : failed(failure.error, failure.isFinal);
}

async function byWebhook(ports: SendPorts, notice: Notice, { operator, changes }: Mine): Promise<Result> {
  const { sender, secretOf, zone } = ports;
  const { tenant, id, address: url, createdAt: at } = notice;
  const { user } = operator;
  const words = wordsOf(changes, languageOf(user), zoneOf(user, zone));
  const body = JSON.stringify(alertMessage({ id, at, language: languageOf(user), words, changes }));
  const { delivered, status, error } = await sender.send(
    { url, secrets: [secretOf(tenant, user.id)] },
    { id, body },
  );
  if (delivered) return SENT;
  return failed(error ?? 'status', status === GONE || error === 'address_forbidden');
}

function newsOf(notice: Notice, result: Result, now: number): NoticeNews {
  if (result.isSent) return { state: 'sent' };
  const failures = notice.failures + 1;
  const isOver = result.isFinal || now - notice.createdAt >= GIVE_UP_MS;
  const { error } = result;
  return isOver
    ? { state: 'failed', failures, error }
    : { failures, error, nextAt: now + pauseAfter(failures, MOST_PAUSE_MS) };
}

/** True once it is settled. */
async function sendOne(ports: SendPorts, listed: Notice): Promise<boolean> {
  const { notices, clock } = ports;
  const hold: Hold = { holder: randomUUID(), heldUntil: clock.now() + HOLD_MS };
  const notice = await notices.hold(listed, hold, clock.now());
  if (notice === null) return false;
  const mine = await stillMine(ports, notice);
  if (mine === null) {
    await notices.note(notice, hold, { state: 'withdrawn' });
    return true;
  }
  const result = await (mine.kind === 'email' ? byMail : byWebhook)(ports, notice, mine);
  const news = newsOf(notice, result, clock.now());
  await notices.note(notice, hold, news);
  const { id } = notice;
  if (news.state === 'failed')
    log.warn('notice not sent', { notice: id, kind: mine.kind, error: news.error });
  else if (news.state === 'sent') log.info('notice sent', { notice: id, kind: mine.kind });
  return news.state !== undefined;
}

async function sendLane(ports: SendPorts, lane: readonly Notice[], endsAt: number): Promise<void> {
  for (const notice of lane) {
    // Those behind one that waits wait, too.
    if (ports.clock.now() >= endsAt || notice.nextAt > ports.clock.now()) return;
    if (!(await sendOne(ports, notice))) return;
  }
}

/** Sends what is due, of all tenants. One address's trouble is not the others'. */
export async function sendDue(ports: SendPorts, endsAt: number): Promise<void> {
  const waiting = await ports.notices.waiting();
  const lanes = [...Map.groupBy(waiting, ({ tenant, address }) => `${tenant} ${address}`).values()];
  const from = Math.floor(Math.random() * lanes.length);
  await sideBySide([...lanes.slice(from), ...lanes.slice(0, from)], LANES, (lane) =>
    about({ tenant: lane[0]?.tenant }, async () => {
      try {
        await sendLane(ports, lane, endsAt);
      } catch (error) {
        log.error('notices not sent', error as Error);
      }
    }),
  );
}
