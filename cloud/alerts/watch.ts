// Follows the feed of a tenant for problems, and makes notices of what is to be told.
//
// What a round tells is noted in the same write as that it is told: who is killed after that leaves a round that is found
// and told again, under the same ids; who is killed before it leaves nothing.
import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import type { Accounts } from '../accounts/accounts.ts';
import { sideBySide } from '../bounded.ts';
import type { Clock } from '../clock.ts';
import type { Feed } from '../events/feed.ts';
import { endOfFeed, isExpired, type Position, readFeed, startOfFeed } from '../events/reading.ts';
import { about, log } from '../log.ts';
import type { Hold } from '../store/held.ts';
import { signalOf } from './kinds.ts';
import type { Notices } from './notices.ts';
import { gather, nextDue, takeEvents, withoutOld } from './problems.ts';
import { recipientsOf, takes } from './recipients.ts';
import type { AlertState, AlertStates, Round } from './state.ts';

export interface WatchPorts {
  readonly states: AlertStates;
  readonly notices: Notices;
  readonly accounts: Accounts;
  readonly feed: Feed;
  readonly clock: Clock;
  /** For how long what happens is gathered before it is told. */
  readonly gatherMs: number;
  /** The time zone of operators who have chosen none. */
  readonly zone: string;
}

/** Events of problems that one step takes. */
const WINDOW = 500;
/** Who dies holds nobody up for longer. */
const HOLD_MS = 60_000;
/** Notices written at a time. */
const LANES = 10;
/** Tenants at a time. */
const TENANTS = 10;

/** One notice for each address that takes any of it. */
async function notify(ports: WatchPorts, tenant: string, round: Round): Promise<void> {
  const { accounts, notices, zone } = ports;
  const recipients = recipientsOf(tenant, await accounts.snapshot(tenant));
  await sideBySide(recipients, LANES, async (to) => {
    const changes = round.changes.filter((change) => takes(to, change, round.at, zone));
    const place = to.media.sendTo.indexOf(to.address);
    if (changes.length > 0) await notices.add(tenant, round, place, to, changes);
  });
}

/** The position to go on from; where what followed it may be gone, the oldest that there is. */
async function goingOn({ feed, clock }: WatchPorts, tenant: string, position: Position): Promise<Position> {
  if (!isExpired(position, clock.now())) return position;
  log.warn('alerts missed events', { since: new Date(position.at).toISOString() });
  return startOfFeed(feed, clock, tenant);
}

async function taken(ports: WatchPorts, tenant: string, state: AlertState): Promise<AlertState> {
  const { feed, clock, gatherMs } = ports;
  const told = await readFeed(feed, clock, {
    tenant,
    after: await goingOn(ports, tenant, state.position),
    limit: WINDOW,
    wants: ({ type }) => signalOf(type) !== null,
  });
  const now = clock.now();
  const { changes, problems } = gather(takeEvents(state.problems, told.events, now), gatherMs, now);
  const kept = withoutOld(problems, now);
  return {
    position: told.position,
    problems: kept,
    round: changes.length === 0 ? null : { id: ulid(now), at: now, changes: [...changes] },
    dueAt: nextDue(kept, gatherMs) ?? 0,
  };
}

async function isIdle({ feed, clock }: WatchPorts, tenant: string, state: AlertState): Promise<boolean> {
  if (state.round !== null || (state.dueAt > 0 && state.dueAt <= clock.now())) return false;
  return (await feed.last(tenant)) < state.position.entry;
}

/** Looks at what has happened in one tenant since the last look, unless another does so. */
export async function watchTenant(ports: WatchPorts, tenant: string, endsAt: number): Promise<void> {
  const { states, feed, clock } = ports;
  const known = await states.get(tenant);
  if (known === null) return states.begin(tenant, await endOfFeed(feed, clock, tenant));
  if (await isIdle(ports, tenant, known)) return;
  const holder = randomUUID();
  const holdUntil = (heldUntil: number): Hold => ({ holder, heldUntil });
  let state = await states.hold(tenant, holdUntil(clock.now() + HOLD_MS), clock.now());
  while (state !== null) {
    if (state.round !== null) {
      await notify(ports, tenant, state.round);
      state = { ...state, round: null };
    } else {
      state = await taken(ports, tenant, state);
    }
    const isOver = (await isIdle(ports, tenant, state)) || clock.now() >= endsAt;
    const held = holdUntil(isOver ? 0 : clock.now() + HOLD_MS);
    if (!(await states.note(tenant, held, state)) || isOver) return;
  }
}

/** All tenants. One's trouble is not the others'. */
export async function watchAll(ports: WatchPorts, endsAt: number): Promise<void> {
  const tenants = await ports.accounts.tenants();
  // Those at the end of the list have their turn, too, where time runs out.
  const from = Math.floor(Math.random() * tenants.length);
  await sideBySide([...tenants.slice(from), ...tenants.slice(0, from)], TENANTS, (tenant) =>
    about({ tenant }, async () => {
      if (ports.clock.now() >= endsAt) return;
      try {
        await watchTenant(ports, tenant, endsAt);
      } catch (error) {
        log.error('alerts not looked at', error as Error);
      }
    }),
  );
}
