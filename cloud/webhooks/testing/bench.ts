// What tests of webhooks work with: the real store, a real receiver, the routes, and a clock that is moved by hand.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { SCOPES } from '../../../shared/api/scopes.ts';
import type { Happening } from '../../../shared/wire/happening.ts';
import type { Clock } from '../../clock.ts';
import { Feed } from '../../events/feed.ts';
import { handler } from '../../functions/webhooks.ts';
import { tableNamed } from '../../store/client.ts';
import type { Table } from '../../store/table.ts';
import { type Given, invoke } from '../../testing/invoke.ts';
import { startWorld, type World } from '../../testing/world.ts';
import { deliverDue, deliverOf } from '../deliver.ts';
import type { DeliveryPorts } from '../delivering.ts';
import { Seal } from '../secrets.ts';
import { Sender } from '../sender.ts';
import { Webhooks } from '../webhooks.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const SECRET = Buffer.from('5e'.repeat(32), 'hex');
const RUN_MS = 90_000;
export const HOUR = 3_600_000;

type Name =
  | 'webhookList'
  | 'webhookCreate'
  | 'webhookGet'
  | 'webhookUpdate'
  | 'webhookDelete'
  | 'webhookTest'
  | 'deliveryList';

export function happening(number: number, over: Partial<Happening> = {}): Happening {
  return {
    id: `event_${String(number).padStart(4, '0')}`,
    type: 'punch.created',
    at: Date.parse('2026-11-23T12:00:00Z') + number,
    site: 'norte',
    device: 'principal',
    data: { user_id: '7' },
    ...over,
  };
}

/** Each test has a receiver and a tenant of its own. Called once at the top of a test file. */
export class Bench {
  world!: World;
  table!: Table;
  receiver!: Receiver;
  tenant = '';
  now = 0;
  readonly clock: Clock = {
    now: () => this.now,
    sleep: async (ms) => {
      this.now += ms;
    },
  };
  readonly #sender = new Sender(new Set(['loopback']), () => this.now, 2000);

  constructor() {
    beforeAll(async () => {
      process.env.WEBHOOK_NETWORKS = 'loopback';
      this.world = await startWorld();
      this.table = tableNamed(this.world.tableName);
    });
    afterAll(async () => {
      this.#sender.close();
      await this.world.close();
    });
    beforeEach(async () => {
      this.receiver = await startReceiver();
      this.now = Date.now();
      this.newTenant();
    });
    afterEach(() => this.receiver.close());
  }

  newTenant(): void {
    this.tenant = `t-${randomUUID().slice(0, 18)}`;
  }

  ports(table = this.table): DeliveryPorts {
    const { clock } = this;
    const feed = new Feed(table, clock);
    return { webhooks: new Webhooks(table), feed, sender: this.#sender, seal: new Seal(SECRET), clock };
  }

  async call(name: Name, given: Given = {}) {
    const { status, body } = await invoke(handler, name, { tenant: this.tenant, scopes: SCOPES, ...given });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
    return { status, body: body as any };
  }

  async created(more: object = {}): Promise<{ id: string; secret: string }> {
    const { status, body } = await this.call('webhookCreate', { body: { url: this.receiver.url, ...more } });
    expect(status).toBe(200);
    return body.data;
  }

  async change(id: string, body: object) {
    return (await this.call('webhookUpdate', { params: { id }, body })).body;
  }

  async shown(id: string) {
    return (await this.call('webhookGet', { params: { id } })).body.data;
  }

  tell(...events: Happening[]) {
    return new Feed(this.table, this.clock).append(this.tenant, events);
  }

  /** A run after intake. */
  deliver(ports = this.ports()) {
    return deliverOf(ports, this.tenant, this.now + RUN_MS);
  }

  /** A run of the clock. */
  deliverDue() {
    return deliverDue(this.ports(), this.now + RUN_MS);
  }

  gotIds() {
    return this.receiver.got.map(({ event }) => event.id);
  }
}
