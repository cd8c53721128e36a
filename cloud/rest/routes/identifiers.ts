// Identifiers with limits, in the form of access panels: each item of a batch is answered by itself, in the order asked.
import * as z from 'zod';
import type { IdentifierItem, IdentifierResult, IdentifierView } from '../../../shared/api/identifiers.ts';
import { BODY_BYTES } from '../../../shared/api/route.ts';
import {
  type Identifier,
  type IdentifierInfo,
  type IdentifierType,
  type IdentifierWish,
  identifierSchema,
  isSuccess,
} from '../../../shared/domain/access-identifier.ts';
import { fitsPattern } from '../../../shared/domain/identifier-number.ts';
import { freshKey, unseal } from '../../../shared/domain/sealed.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { operations } from '../../../shared/wire/operations.ts';
import { failureOf } from '../../commands/failure.ts';
import { fitsMessage } from '../../commands/iot-sender.ts';
import type { CommandRow, Settlement } from '../../commands/ledger.ts';
import type { Outcome } from '../../commands/outcome.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import type { ArgsFor } from '../../commands/request.ts';
import { run } from '../../commands/run.ts';
import { deviceNotFound } from '../../directory/locate.ts';
import { type Answer, accepted, json } from '../answer/answer.ts';
import { Problem } from '../answer/problem.ts';
import { askingOf, noteOutcome, outcomeAnswer } from '../commands/command.ts';
import type { AnsweredApart } from '../commands/command-route.ts';
import type { Call, Handler } from '../request/call.ts';
import { wrongNumber } from '../request/panel.ts';

type BatchRoute = 'identifierPut' | 'identifierDelete' | 'identifierReset';
type AskedNumber = string | number;

/** What a failure of the whole command means for each of its items; any other is `terminal_refused`. */
const INFO_OF: Partial<Record<ErrorCode, IdentifierInfo>> = {
  agent_offline: 'terminal_unreachable',
  answer_late: 'terminal_unreachable',
  cancelled: 'terminal_unreachable',
  device_busy: 'terminal_unreachable',
  device_hung_up: 'terminal_unreachable',
  device_name_unknown: 'terminal_unreachable',
  device_no_route: 'terminal_unreachable',
  device_offline: 'terminal_unreachable',
  device_port_closed: 'terminal_unreachable',
  device_unreachable: 'terminal_unreachable',
  expired: 'terminal_unreachable',
  service_unavailable: 'terminal_unreachable',
  // An agent that is older than these routes.
  rejected: 'identifier_type_not_supported',
};

const infosSchema = operations['identifier.put'].result;

/** One answer an item; what cannot be told of each is not known of any. @throws DeviceNotFound */
async function infosOf(
  { directory }: CommandPorts,
  { principal }: Call<BatchRoute>,
  command: CommandRow,
  settlement: Settlement,
  count: number,
): Promise<readonly IdentifierInfo[]> {
  const all = (info: IdentifierInfo) => Array.from({ length: count }, () => info);
  if (settlement.status === 'ok') {
    const told = infosSchema.safeParse(settlement.data);
    return told.data?.infos.length === count ? told.data.infos : all('unknown_outcome');
  }
  const failure = failureOf(command, settlement);
  if (failure === null) return all('unknown_outcome');
  if (failure.code === 'device_not_found') throw await deviceNotFound(directory, principal, command.device);
  return all(INFO_OF[failure.code] ?? 'terminal_refused');
}

function commandOf(outcome: Outcome): string {
  return outcome.kind === 'pending' ? outcome.id : outcome.command.id;
}

/** Runs one command for all items. Always 200 once it is asked: what failed says so of itself. */
async function batchAnswer<A extends BatchRoute>(
  ports: CommandPorts,
  call: Call<A>,
  args: ArgsFor<A>,
  numbers: readonly AskedNumber[],
): Promise<Answer> {
  const given = call as Call<BatchRoute>;
  // A body of the usual size always fits.
  if (!fitsMessage(args)) throw new Problem('body_too_large', { params: { kb: BODY_BYTES / 1024 } });
  const asking = askingOf(ports.clock, given);
  const device = given.params.device_id ?? '';
  const { outcome, replayed } = await run(ports, { ...asking, action: given.name, device, args });
  noteOutcome(outcome);
  const id = commandOf(outcome);
  if (outcome.kind === 'pending' && asking.async) {
    return accepted(id, { 'preference-applied': 'respond-async' });
  }
  const infos =
    outcome.kind === 'settled'
      ? await infosOf(ports, given, outcome.command, outcome.settlement, numbers.length)
      : [];
  const result = numbers.map((number, index): IdentifierResult => {
    const info = infos[index] ?? 'unknown_outcome';
    return {
      identifier_type: given.query.type,
      identifier_number: number,
      success: isSuccess(info),
      extended_info: info,
      ...(info === 'unknown_outcome' ? { operation_id: id } : {}),
    };
  });
  return json(
    200,
    { result },
    { 'sereno-operation': id, ...(replayed ? { 'idempotent-replay': 'true' } : {}) },
  );
}

function wishOf(number: AskedNumber, item: IdentifierItem): IdentifierWish {
  const { identifier_owner: owner, lock, valid, identifier_type, time_profiles } = item;
  const { time, passes } = valid;
  const profiles = [...(time_profiles?.uid_items ?? []), ...(time_profiles?.link_ids ?? [])];
  return {
    number: String(number),
    ...(identifier_type === undefined ? {} : { new_type: identifier_type }),
    owner,
    lock,
    window: time.is_permanent ? null : { from: time.from, to: time.to },
    max_passes: passes.is_permanent ? null : passes.max_passes,
    ...(profiles.length === 0 ? {} : { has_profiles: true }),
  };
}

function identifierPut(ports: CommandPorts, call: Call<'identifierPut'>): Promise<Answer> {
  const { body, query } = call;
  const items = 'list_items' in body ? body.list_items : [{ ...body, identifier_number: query.number ?? '' }];
  const wishes = items.map((item) => wishOf(item.identifier_number, item));
  return batchAnswer(
    ports,
    call,
    { type: query.type, items: wishes },
    items.map(({ identifier_number }) => identifier_number),
  );
}

/** @throws SerenoError for a number that is none of its type */
function checkNumbers(type: IdentifierType, numbers: readonly AskedNumber[], isSingle: boolean): void {
  if (!numbers.every((number) => fitsPattern(type, String(number)))) throw wrongNumber(isSingle);
}

async function identifierDelete(ports: CommandPorts, call: Call<'identifierDelete'>): Promise<Answer> {
  const { type, number } = call.query;
  const numbers = call.body?.list_items.map(({ identifier_number }) => identifier_number) ?? [number ?? ''];
  checkNumbers(type, numbers, number !== undefined);
  return batchAnswer(ports, call, { type, numbers: numbers.map(String) }, numbers);
}

async function identifierReset(ports: CommandPorts, call: Call<'identifierReset'>): Promise<Answer> {
  const { type, number } = call.query;
  checkNumbers(type, [number], true);
  return batchAnswer(ports, call, { type, number }, [number]);
}

const listSchema = z.object({ total: z.int().min(0), data: z.array(identifierSchema) });

function viewOf({ window, max_passes, passes_left, ...rest }: Identifier): IdentifierView {
  return {
    identifier_owner: rest.owner,
    identifier_type: rest.type,
    identifier_number: rest.number,
    lock: rest.lock,
    valid: {
      time: window === null ? { is_permanent: true } : { is_permanent: false, ...window },
      passes: max_passes === null ? { is_permanent: true } : { is_permanent: false, max_passes },
    },
    time_profiles: { count: 0, uid_items: [], link_ids: [] },
    additional: { passes_left: passes_left ?? -1 },
    state: rest.state,
    passes_enforced: rest.passes_enforced,
    on_terminal: rest.on_terminal,
  };
}

/** The agent is asked each time, and answers under a key of this one question: no row or log holds a number. */
async function identifierList(ports: CommandPorts, call: Call<'identifierList'>): Promise<Answer> {
  const { type, number, limit, page_number: page, sort_type: sort } = call.query;
  if (number !== undefined) checkNumbers(type, [number], true);
  const key = freshKey();
  const device = call.params.device_id ?? '';
  const one = number === undefined ? {} : { number };
  const args = { type, ...one, limit, page: number === undefined ? page : 1, sort, key };
  // Nobody could read later what was sealed for this call.
  const asking = { ...askingOf(ports.clock, call), async: false };
  const ran = await run(ports, { ...asking, action: call.name, device, args });
  const { outcome } = ran;
  if (outcome.kind !== 'settled') {
    noteOutcome(outcome);
    throw new Problem('answer_late', { params: { device } });
  }
  const { settlement, command } = outcome;
  if (settlement.status !== 'ok') return outcomeAnswer(ran, ports.directory, call);
  noteOutcome(outcome);
  const { sealed } = operations['identifier.list'].result.parse(settlement.data);
  const { total, data } = listSchema.parse(await unseal(sealed, key));
  const items = data.map(viewOf);
  const headers = { 'sereno-operation': command.id };
  if (number !== undefined) {
    const [found] = items;
    if (found === undefined) throw new Problem('identifier_not_found');
    return json(200, found, headers);
  }
  const pagination = {
    total_items: total,
    items_limit: limit,
    total_pages: Math.ceil(total / limit),
    current_page: page,
  };
  return json(200, { list_items: items, list_option: { pagination } }, headers);
}

export const identifierHandlers: { readonly [N in AnsweredApart]: Handler<N, CommandPorts> } = {
  identifierPut,
  identifierDelete,
  identifierReset,
  identifierList,
};
