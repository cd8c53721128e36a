// The line of a command: what alarms count must be what they are meant for.
import { afterEach, expect, test, vi } from 'vitest';
import { log } from '../log.ts';
import type { CommandRow } from './ledger.ts';
import { logMeasures, type Measured } from './measures.ts';

const command: CommandRow = {
  id: '01JD8000000000000000000000',
  tenant: 'acme',
  site: 'casa',
  device: 'principal',
  deviceName: 'Principal',
  route: 'userCreate',
  op: 'user.put',
  issuedAt: 0,
  notAfter: 1,
  tries: 1,
};
const settlement = { status: 'ok', params: {}, applied: 'yes', verified: 'counters', at: 1 } as const;

function lineOf(async: boolean, outcome: Measured['outcome']): Record<string, unknown> {
  const info = vi.spyOn(log, 'info').mockReturnValue();
  logMeasures({ async, command, dispatched: 'delivered', ackMs: 5, replyMs: 9, outcome });
  const [[message, line] = []] = info.mock.calls;
  expect(message).toBe('command');
  return line as unknown as Record<string, unknown>;
}
afterEach(() => vi.restoreAllMocks());

test.each([
  ['waited for and not known in time', false, { kind: 'pending', id: command.id } as const, true],
  ['not waited for', true, { kind: 'pending', id: command.id } as const, false],
  ['known', false, { kind: 'settled', command, settlement } as const, false],
])('a command whose outcome was %s', (_what, async, outcome, unsettled) => {
  expect(lineOf(async, outcome).unsettled).toBe(unsettled);
});
