// What a terminal is at work on: one turn at a time.
import type { AskItem, WriteItem } from './queue-item.ts';

export interface Asking {
  readonly kind: 'asking';
  readonly item: AskItem;
  readonly abort: AbortController;
  /** Set while it has been told to give way, and may still end by itself. */
  cancelGivingWay: (() => void) | null;
}
export interface Writing {
  readonly kind: 'writing';
  /** What the terminal has been handed, begun or not. */
  readonly handed: WriteItem[];
}
/** What is under way at the terminal. */
export type Turn = Asking | Writing | { readonly kind: 'repairing' };
/** `idle` becomes a turn (`#begin`), a turn becomes `idle` (`#ended`), all become `stopped` (`stop`), which is the end. */
export type State = { readonly kind: 'idle' } | Turn | { readonly kind: 'stopped' };

export const IDLE = { kind: 'idle' } as const;

/** True for work that nobody waits for. */
export function isIdleWork(state: State): boolean {
  return state.kind === 'asking' && state.item.priority === 'idle';
}
