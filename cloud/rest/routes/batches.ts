// Batches of users as jobs: what is asked becomes a job, which is waited for as a single call is.

import type { OperationView } from '../../../shared/api/operations.ts';
import type { RouteName } from '../../../shared/api/routes.ts';
import { errorText, isErrorCode, type Language } from '../../../shared/errors.ts';
import { stageText } from '../../../shared/wire/stage.ts';
import type { Action } from '../../commands/actions.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import { locate } from '../../directory/locate.ts';
import type { BatchItem } from '../../jobs/asked.ts';
import { KEEP_SECONDS, type Result } from '../../jobs/model.ts';
import { type PlacingPorts, placeJob } from '../../jobs/placing.ts';
import type { ItemView, JobView } from '../../jobs/view.ts';
import { viewOf } from '../../jobs/view.ts';
import { handOut } from '../../jobs/waiting.ts';
import { log, note } from '../../log.ts';
import { type Answer, accepted, ok } from '../answer/answer.ts';
import { problemText } from '../answer/findings.ts';
import { message } from '../answer/messages.ts';
import { askingOf } from '../commands/command.ts';
import type { Call, Handler } from '../request/call.ts';

type BatchRoute = 'userBatch' | 'usersBatch';
export type BatchPorts = PlacingPorts & Pick<CommandPorts, 'place'>;

/** In words, as an answer to a call of its own would have them. */
function errorOf({ code = 'internal', params = {}, applied }: Result, device: string, language: Language) {
  const known = isErrorCode(code) ? code : 'internal';
  const places = { device, ...params };
  const all = known === 'invalid_field' ? { ...places, problem: problemText(places, language) } : places;
  return { error: errorText(known, all as never, language), code, applied };
}

function resultView({ item, asked, device, state, result }: ItemView, language: Language) {
  const isError = result !== null && result.status !== 'ok';
  return {
    item,
    ...asked,
    device_id: device,
    state,
    ...(result?.uid === undefined ? {} : { uid: result.uid }),
    ...(isError ? { error: errorOf(result, device, language) } : {}),
  };
}

/** A job among operations. @param full with what became of each item: a list goes without */
export function jobView(
  { head, state, counts, done, items, settledAt }: JobView,
  language: Language,
  full: boolean,
): OperationView {
  return {
    id: head.id,
    op: 'user.batch',
    ...(head.site === undefined ? {} : { site: head.site }),
    ...(head.device === undefined ? {} : { device_id: head.device }),
    state,
    progress: { step: 'writing', stage: stageText('writing', language), done, total: counts.total },
    counts,
    ...(full ? { results: items.map((item) => resultView(item, language)) } : {}),
    created_at: new Date(head.createdAt).toISOString(),
    keep_until: new Date(head.keepUntil).toISOString(),
    ...(settledAt === null ? {} : { settled_at: new Date(settledAt).toISOString() }),
  };
}

interface GivenItem {
  readonly do: 'put' | 'delete';
  readonly user_id: string;
  readonly uid?: number | undefined;
  readonly all?: boolean | undefined;
  readonly name?: string | undefined;
  readonly password?: string | undefined;
  readonly privilege?: 0 | 2 | 6 | 14 | undefined;
  readonly card?: number | undefined;
  readonly devices?: readonly string[] | undefined;
  readonly sites?: readonly string[] | undefined;
}

function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function itemOf(item: GivenItem, devices: readonly string[]): BatchItem {
  const { user_id, uid, all, name, password, privilege, card } = item;
  const which = { user_id, ...given({ uid }) };
  return {
    wire:
      item.do === 'put'
        ? { do: 'put', ...which, fields: given({ name, password, privilege, card }) }
        : { do: 'delete', ...which, ...given({ all }) },
    devices: [...devices, ...(item.devices ?? [])],
    sites: item.sites ?? [],
  };
}

/** 200 once all has ended, 202 otherwise; what failed says so of itself. */
async function batchAnswer<N extends BatchRoute>(
  ports: BatchPorts,
  call: Call<N>,
  devices: readonly string[],
): Promise<Answer> {
  const { language, body } = call as Call<BatchRoute>;
  const { items, keep_for: keepSeconds = KEEP_SECONDS } = body as {
    readonly items: readonly GivenItem[];
    readonly keep_for?: number;
  };
  await ports.place.admit();
  const asking = askingOf(ports.clock, call as unknown as Call<Action>);
  const { head, replayed } = await placeJob(ports, {
    ...asking,
    route: call.name as RouteName,
    items: items.map((item) => itemOf(item, devices)),
    keepSeconds,
  });
  const headers = replayed ? { 'idempotent-replay': 'true' } : {};
  const later = () =>
    accepted(head.id, { ...headers, ...(asking.async ? { 'preference-applied': 'respond-async' } : {}) });
  try {
    const hasEnded = await handOut(ports, head, asking);
    note({ outcome: hasEnded ? 'settled' : 'pending' });
    if (!hasEnded) return later();
    const parts = await ports.jobs.parts(head);
    const data = jobView(await viewOf(ports, head, parts), language, true);
    const text = message(call.name as BatchRoute, language, {});
    return ok({ message: text, data }, { 'sereno-operation': head.id, ...headers });
  } catch (error) {
    // The job is there: trouble of ours must not be answered as a failure of it.
    log.error('job not waited for', error as Error);
    return later();
  }
}

async function userBatch(ports: BatchPorts, call: Call<'userBatch'>): Promise<Answer> {
  const { device } = await locate(ports.directory, call.principal, call.params.device_id ?? '');
  return batchAnswer(ports, call, [device]);
}

function usersBatch(ports: BatchPorts, call: Call<'usersBatch'>): Promise<Answer> {
  return batchAnswer(ports, call, []);
}

export const batchHandlers: { readonly [N in BatchRoute]: Handler<N, BatchPorts> } = {
  userBatch,
  usersBatch,
};
