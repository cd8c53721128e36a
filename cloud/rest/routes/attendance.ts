// GET /attendance/all: what the terminals answer, as one page that fits into an answer.
import {
  type AllWanted,
  attendanceOfAll,
  type DevicePunches,
  type DeviceTrouble,
} from '../../attendance/all.ts';
import { mergedPage, positionSchema } from '../../attendance/merge.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import { problemOf } from '../answer/problem-answer.ts';
import { fitsLambda, MOST_ROWS } from '../answer/size.ts';
import { waitLimit } from '../commands/command.ts';
import { originOf } from '../request/audited.ts';
import type { Call, Handlers } from '../request/call.ts';

type AllCall = Call<'attendanceAll'>;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** All of the page but who is missing from it. */
function pageOf(answered: readonly DevicePunches[], { position }: AllWanted, limit: number, now: number) {
  const total = position?.total ?? sum(answered.map((source) => source.total));
  const { punches, next } = mergedPage(answered, position, limit, total);
  const oldest = answered.map(({ asOf }) => asOf).sort()[0];
  return {
    total,
    as_of: oldest ?? new Date(now).toISOString(),
    skipped: sum(answered.map(({ skipped }) => skipped)),
    data: punches,
    ...(next === null ? {} : { next_cursor: encodeCursor(next) }),
  };
}

function errorsOf(missing: readonly DeviceTrouble[], { language }: AllCall) {
  return Object.fromEntries(missing.map(({ device, error }) => [device, problemOf(error).text(language)]));
}

/** Pages go by time, so new punches never shift them. */
async function attendanceAll(ports: CommandPorts, call: AllCall): Promise<Answer> {
  const { limit, cursor } = call.query;
  const { clock } = ports;
  const wanted: AllWanted = {
    principal: call.principal,
    filter: call.query,
    limit,
    mostOfOne: MOST_ROWS,
    position: cursor === undefined ? null : decodeCursor(positionSchema, cursor),
    until: waitLimit(clock, call),
    trace: call.traceparent,
    origin: originOf(call),
  };
  const { answered, missing } = await attendanceOfAll(ports, wanted);
  const errors = errorsOf(missing, call);
  const whole = { ...pageOf(answered, wanted, limit ?? Number.POSITIVE_INFINITY, clock.now()), errors };
  if (fitsLambda(JSON.stringify(whole))) return ok(whole);
  return ok({ ...pageOf(answered, wanted, MOST_ROWS, clock.now()), errors });
}

export const attendanceHandlers: Handlers<'attendance', CommandPorts> = { attendanceAll };
