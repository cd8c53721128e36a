// Delivers to all webhooks of a tenant, or to those of all tenants that are due.
import { sideBySide } from '../bounded.ts';
import { about, log } from '../log.ts';
import { type DeliveryPorts, deliverTo } from './delivering.ts';
import type { WebhookRow } from './rows.ts';

/** Webhooks at a time. */
const LANES = 10;

/** One webhook's trouble is not the others'. */
function safely(ports: DeliveryPorts, row: WebhookRow, endsAt: number): Promise<void> {
  return about({ tenant: row.tenant }, async () => {
    try {
      await deliverTo(ports, row, endsAt);
    } catch (error) {
      log.error('webhook not delivered', error as Error);
    }
  });
}

function isDue({ state, nextAt }: WebhookRow, now: number): boolean {
  return state === 'active' && nextAt <= now;
}

/** To the webhooks of one tenant. */
export async function deliverOf(ports: DeliveryPorts, tenant: string, endsAt: number): Promise<void> {
  const rows = (await ports.webhooks.list(tenant)).filter((row) => isDue(row, ports.clock.now()));
  await sideBySide(rows, LANES, (row) => safely(ports, row, endsAt));
}

/** To those of all tenants: what failed, what its caller has changed, and what a dead function left. */
export async function deliverDue(ports: DeliveryPorts, endsAt: number): Promise<void> {
  const rows = (await ports.webhooks.active()).filter((row) => isDue(row, ports.clock.now()));
  // Those at the end of the list have their turn, too, where time runs out.
  const from = Math.floor(Math.random() * rows.length);
  await sideBySide([...rows.slice(from), ...rows.slice(0, from)], LANES, (row) => safely(ports, row, endsAt));
}
