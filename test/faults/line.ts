// What happens to messages and rows between cloud and agent: lost, doubled, late, as often as somebody ordered.
import type { RuleItem } from '../../cloud/keys.ts';

type Fate = 'lost' | 'doubled' | 'late';

interface Order {
  readonly fate: Fate;
  readonly ms: number;
  times: number;
}

export class Line {
  readonly #messages: Order[] = [];
  readonly #rows: Order[] = [];
  readonly #late = new Map<NodeJS.Timeout, () => void>();

  /** Told of every row before anything happens to it. */
  watchRows: ((item: RuleItem) => void) | undefined;

  /** For `interceptMessage` of the system. */
  readonly message = (_clientId: string, send: () => void): void => this.#treat(this.#messages, send);
  /** For `interceptRow` of the system. */
  readonly row = (item: RuleItem, put: () => void): void => {
    this.watchRows?.(item);
    this.#treat(this.#rows, put);
  };

  orderMessages(fate: Fate, times: number, ms = 0): void {
    this.#messages.push({ fate, ms, times });
  }

  orderRows(fate: Fate, times: number, ms = 0): void {
    this.#rows.push({ fate, ms, times });
  }

  /** Nothing more is lost; what is late goes on at once. */
  clear(): void {
    this.#messages.length = 0;
    this.#rows.length = 0;
    for (const [timer, go] of this.#late) {
      clearTimeout(timer);
      go();
    }
    this.#late.clear();
  }

  #treat(orders: Order[], go: () => void): void {
    const [order] = orders;
    if (order === undefined) return go();
    order.times--;
    if (order.times === 0) orders.shift();
    if (order.fate === 'lost') return;
    if (order.fate === 'doubled') {
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
