// What happens to messages, replies and rows between cloud and agent, as often as somebody ordered it.
import type { RuleItem } from '../../cloud/store/keys.ts';
import type { PublishFate } from '../../infra/local/broker/disturbance.ts';
import type { ParsedTopic } from '../../shared/wire/topics.ts';

/**
 * `message-…`: from the cloud to the agent. `reply-…`: from the agent to the broker, over a line that breaks before the
 * broker has it (`lost`) or before the agent hears so (`unanswered`: it comes again). `row-…`: from the broker into the
 * ledger. `swapped`: overtaken by the next one.
 */
const LINE_FAULTS = [
  'message-lost',
  'message-doubled',
  'message-late',
  'message-swapped',
  'reply-lost',
  'reply-unanswered',
  'row-lost',
  'row-doubled',
  'row-late',
  'row-swapped',
] as const;
export type LineFault = (typeof LINE_FAULTS)[number];

/** What is seen from outside of an agent: it acknowledged a message (PUBACK), a reply of it came to the rule. */
export type Sign = 'puback' | 'row';

interface Order {
  readonly kind: LineFault;
  readonly ms: number;
  times: number;
}

type Way = 'message' | 'reply' | 'row';

export class Line {
  readonly #orders: Readonly<Record<Way, Order[]>> = { message: [], reply: [], row: [] };
  /** Held back, each with a function that releases it. */
  readonly #late = new Map<NodeJS.Timeout, () => void>();
  readonly #overtaken: Readonly<Record<Way, { readonly order: Order; readonly go: () => void }[]>> = {
    message: [],
    reply: [],
    row: [],
  };

  /** Called with every row before anything happens to it. */
  watchRows: ((item: RuleItem) => void) | undefined;
  /** Called each time that an order strikes. */
  onStrike: (kind: LineFault) => void = () => {};
  onSign: (sign: Sign) => void = () => {};

  /** For the broker's `intercept`. */
  readonly message = (_clientId: string, send: () => void): void => this.#treat('message', send);
  /** For the broker's `onAcknowledged`. */
  readonly acknowledged = (): void => this.onSign('puback');
  /** For the broker's `strike`. */
  readonly publish = (topic: ParsedTopic): PublishFate => {
    const order = topic.kind === 'res' ? this.#take('reply') : null;
    if (order === null) return 'passes';
    this.onStrike(order.kind);
    return order.kind === 'reply-lost' ? 'lost' : 'unanswered';
  };
  /** For `interceptRow` of the system. */
  readonly row = (item: RuleItem, put: () => void): void => {
    this.watchRows?.(item);
    this.onSign('row');
    this.#treat('row', put);
  };

  /** The next `times` are struck; `ms` is for those that come late. */
  order(kind: LineFault, times: number, ms = 0): void {
    const [way] = kind.split('-') as [Way];
    this.#orders[way].push({ kind, ms, times });
  }

  /** Nothing more is struck; what was held back goes on at once. */
  clear(): void {
    for (const orders of Object.values(this.#orders)) orders.length = 0;
    for (const held of Object.values(this.#overtaken)) for (const { go } of held.splice(0)) go();
    for (const [timer, go] of this.#late) {
      clearTimeout(timer);
      go();
    }
    this.#late.clear();
  }

  #take(way: Way): Order | null {
    const [order] = this.#orders[way];
    if (order === undefined) return null;
    order.times--;
    if (order.times === 0) this.#orders[way].shift();
    return order;
  }

  #treat(way: Way, go: () => void): void {
    const overtaken = this.#overtaken[way].splice(0);
    const order = overtaken.length > 0 ? null : this.#take(way);
    if (order === null) go();
    else this.#strike(way, order, go);
    for (const { order, go } of overtaken) {
      this.onStrike(order.kind);
      go();
    }
  }

  #strike(way: Way, order: Order, go: () => void): void {
    const [, fate] = order.kind.split('-');
    // Whether anything overtakes it is still to be seen.
    if (fate === 'swapped') return void this.#overtaken[way].push({ order, go });
    this.onStrike(order.kind);
    if (fate === 'lost') return;
    if (fate === 'doubled') {
      go();
      return go();
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      go();
    }, order.ms);
    this.#late.set(timer, go);
  }
}
