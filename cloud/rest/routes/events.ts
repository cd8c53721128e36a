// GET /events: the feed from a cursor on; and what else its function answers.

import { SerenoError } from '../../../shared/errors.ts';
import type { Happening } from '../../../shared/wire/happening.ts';
import type { EventPorts } from '../../events/ports.ts';
import {
  endOfFeed,
  isOfLostFeed,
  lastOfFeed,
  positionSchema,
  readFeed,
  type Told,
} from '../../events/reading.ts';
import { eventView } from '../../events/views.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import type { Call, Handlers } from '../request/call.ts';
import { type ProblemPorts, problemList } from './problems.ts';
import { punchList } from './punches.ts';
import { sightOf } from './sight.ts';

const DEFAULT_EVENTS = 100;
const MOST_EVENTS = 1000;
/** What is left for the answer once the waiting is over. */
const ANSWER_MS = 3000;

async function eventList({ feed, clock }: EventPorts, call: Call<'eventList'>): Promise<Answer> {
  const { after, limit = DEFAULT_EVENTS, types, wait = 0, last } = call.query;
  const { tenant, sees, seesAll } = sightOf(call.principal);
  const wants = ({ type, site }: Happening) =>
    (types?.includes(type) ?? true) && (site === undefined ? seesAll : sees(site));
  if (last !== undefined) return answer(await lastOfFeed(feed, clock, { tenant, limit: last, wants }));
  const position =
    after === undefined
      ? undefined
      : after === 'now'
        ? await endOfFeed(feed, clock, tenant)
        : decodeCursor(positionSchema, after, 'after');
  const isGiven = after !== undefined && after !== 'now';
  if (isGiven && position !== undefined && (await isOfLostFeed(feed, tenant, position))) {
    throw new SerenoError('cursor_expired');
  }
  const told = await readFeed(feed, clock, {
    tenant,
    after: position,
    limit: Math.min(limit, MOST_EVENTS),
    wants,
    until: Math.min(clock.now() + wait * 1000, call.endsAt - ANSWER_MS),
  });
  return answer(told);
}

function answer({ events, position }: Told): Answer {
  return ok({ data: events.map(eventView), next_cursor: encodeCursor(position) });
}

export const eventHandlers: Handlers<'events', EventPorts & ProblemPorts> = {
  punchList,
  eventList,
  problemList,
};
