// A caller of the API who gives people cards with limits, and asks again until he is told what became of each.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../e2e/client.ts';

export interface Wished {
  readonly card: number;
  readonly owner: { readonly type: 'owner' | 'guest'; readonly name: string };
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** Null: any number of passes. */
  readonly max: number | null;
}

const TRIES = 30;
const PAUSE_MS = 400;
/** What the branch could not be asked about: nothing was done. */
const AWAY = ['terminal_unreachable'];

const pathOf = (device: string) => `/devices/${device}/access/identifiers?type=card`;

function item({ card, owner, from, to, max }: Wished) {
  const passes = max === null ? { is_permanent: true } : { is_permanent: false, max_passes: max };
  const time = { is_permanent: false, from, to };
  return { identifier_number: card, identifier_owner: owner, lock: 'all', valid: { time, passes } };
}

/** @returns what each card has come to, `terminal_unreachable` and `unknown_outcome` among it. */
export async function put(call: Caller, device: string, wishes: readonly Wished[]): Promise<string[]> {
  return await asked(call, 'PUT', pathOf(device), { list_items: wishes.map(item) }, wishes.length);
}

export async function take(call: Caller, device: string, card: number): Promise<string> {
  const [info = ''] = await asked(call, 'DELETE', `${pathOf(device)}&number=${card}`, undefined, 1);
  return info;
}

/** As the agent lists it; null where there is none. */
export async function show(
  call: Caller,
  device: string,
  card: number,
): Promise<{ state: string; on_terminal: boolean; additional: { passes_left: number } } | null> {
  for (let n = 0; n < TRIES; n++) {
    const { status, body } = await call('GET', `${pathOf(device)}&number=${card}`);
    if (status === 200) return body;
    if (status === 404) return null;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${device} does not say how card ${card} stands`);
}

async function asked(
  call: Caller,
  method: 'PUT' | 'DELETE',
  path: string,
  body: unknown,
  count: number,
): Promise<string[]> {
  for (let n = 0; ; n++) {
    const answer = await call(method, path, body, { 'idempotency-key': randomUUID() }).catch(() => null);
    const infos: string[] =
      answer?.status === 200
        ? answer.body.result.map((each: { extended_info: string }) => each.extended_info)
        : [];
    const isOpen =
      infos.length === 0 || infos.includes('unknown_outcome') || infos.some((info) => AWAY.includes(info));
    if (!isOpen || n >= TRIES) return infos.length > 0 ? infos : Array(count).fill('unknown_outcome');
    await sleep(PAUSE_MS);
  }
}
