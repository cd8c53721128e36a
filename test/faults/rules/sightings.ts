// What a terminal held at every moment, as somebody saw who stood before it: cards, and whether it and its agent were there.
import { Command } from '../../../agent/zk/commands.ts';
import type { SimulatedTerminal } from '../../terminal/terminal.ts';
import type { Span } from './spans.ts';

export interface Stand extends Span {
  readonly userId: string;
}

/** An agent that has not come to its terminal by then is no excuse any more, ms. */
const BACK_WITHIN_MS = 12_000;

export class Sightings {
  readonly #terminal: SimulatedTerminal;
  readonly #over = new Map<number, Stand[]>();
  readonly #standing = new Map<number, { readonly userId: string; readonly from: number }>();
  readonly #excuses: Span[] = [];
  readonly #waitsForAgent = new Set<{ readonly from: number; readonly moreMs: number }>();
  readonly #stop: () => void;

  constructor(terminal: SimulatedTerminal) {
    this.#terminal = terminal;
    this.#stop = terminal.watch(() => this.#look());
  }

  stop(): void {
    this.#stop();
  }

  /** When that card stood on the terminal, until now. */
  stands(card: number): Stand[] {
    const open = this.#standing.get(card);
    const last = open === undefined ? [] : [{ ...open, to: Date.now() }];
    return [...(this.#over.get(card) ?? []), ...last];
  }

  /** Who has that card now. */
  holder(card: number): string | null {
    return this.#standing.get(card)?.userId ?? null;
  }

  /** When nobody could have done anything. */
  get excuses(): Span[] {
    const now = Date.now();
    const open = [...this.#waitsForAgent].map(({ from }) => ({
      from,
      to: Math.min(now, from + BACK_WITHIN_MS),
    }));
    return [...this.#excuses, ...open];
  }

  /** The terminal is away for so long. */
  async reboot(ms: number): Promise<void> {
    const from = Date.now();
    await this.#terminal.reboot(ms);
    this.#excuses.push({ from, to: Date.now() });
  }

  /** Its agent dies now, and is back when it comes to the terminal again. `moreMs`: it needs so much more to know the time. */
  agentDies(moreMs: number): void {
    this.#waitsForAgent.add({ from: Date.now(), moreMs });
  }

  #look(): void {
    const now = Date.now();
    const held = new Map(this.#terminal.users().map(({ card, userId }) => [card, userId]));
    for (const [card, { userId, from }] of this.#standing) {
      if (held.get(card) === userId) continue;
      this.#standing.delete(card);
      this.#over.set(card, [...(this.#over.get(card) ?? []), { userId, from, to: now }]);
    }
    for (const [card, userId] of held) {
      if (card !== 0 && !this.#standing.has(card)) this.#standing.set(card, { userId, from: now });
    }
    this.#lookForAgent(now);
  }

  /** A session over UDP outlives the process that had it: only who connects is there. */
  #lookForAgent(now: number): void {
    if (this.#waitsForAgent.size === 0) return;
    const connectedAt = this.#terminal.log.findLast(({ command }) => command === Command.connect)?.at ?? 0;
    for (const wait of this.#waitsForAgent) {
      if (connectedAt <= wait.from) continue;
      this.#waitsForAgent.delete(wait);
      const to = Math.min(now, wait.from + BACK_WITHIN_MS) + wait.moreMs;
      this.#excuses.push({ from: wait.from, to });
    }
  }
}
