// Something asked of an agent in the name of people: sent, and waited for. Nobody outside sees these commands.
import { ulid } from 'ulid';
import { type ArgsOf, operations, type ResultOf } from '../../shared/wire/operations.ts';
import { readSettlement } from '../commands/outcome.ts';
import { waitFor } from '../commands/waiting.ts';
import { log } from '../log.ts';
import type { PeoplePorts } from './ports.ts';

/** What nobody waits for any more need not be taken: it is asked again. */
const BEGIN_WITHIN = 22_000;

type Asked = 'people.put' | 'finger.seal' | 'finger.give';

export interface AskedTerminal {
  readonly tenant: string;
  readonly site: string;
  readonly device: string;
}

/**
 * - `away`: its agent is not connected
 * - `later`: no answer in time
 * - a code: it does not take it
 */
export type Answer<N extends Asked> =
  | { readonly result: ResultOf<N> }
  | { readonly failed: 'away' | 'later' }
  | { readonly failed: 'refused'; readonly code: string };

/** @param until epoch ms */
export async function askAgent<N extends Asked>(
  { sender, ledger, clock }: Pick<PeoplePorts, 'sender' | 'ledger' | 'clock'>,
  { tenant, site, device }: AskedTerminal,
  op: N,
  args: ArgsOf<N>,
  until: number,
): Promise<Answer<N>> {
  const now = clock.now();
  const row = {
    id: ulid(now),
    tenant,
    site,
    device,
    deviceName: device,
    route: 'personPut' as const,
    op,
    issuedAt: now,
    notAfter: now + BEGIN_WITHIN,
    tries: 1,
  };
  const { id, issuedAt, notAfter } = row;
  const dispatched = await sender.send(row, { id, op, device, issuedAt, notAfter, args });
  if (dispatched === 'offline') return { failed: 'away' };
  if (dispatched === 'refused') return { failed: 'later' };
  const settlement = await waitFor(() => readSettlement(ledger, row), clock, until);
  if (settlement === null) return { failed: 'later' };
  const result = operations[op].result.safeParse(settlement.data);
  if (settlement.status === 'ok' && result.success) return { result: result.data as ResultOf<N> };
  const { status, code = status } = settlement;
  log.warn('people not taken', { device, site, op, status, code });
  return { failed: 'refused', code };
}
