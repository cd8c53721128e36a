// Follows the feed of events as long as somebody looks: each call waits until something happens, and goes on where the last one ended.
import { focusManager } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { api, read } from '../api/client.ts';
import type { components } from '../api/contract.d.ts';
import { Failure } from '../api/failure.ts';

export type FeedEvent = components['schemas']['TypedEvent'];
/** `refused`: who is signed in may not read events. */
export type FeedState = 'live' | 'broken' | 'refused';

const WAIT_S = 20;
const PAUSE_MS = 3000;
const LIMIT = 1000;

function paused(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Until somebody looks at the page: a feed that is followed keeps a session alive. */
function lookedAt(signal: AbortSignal): Promise<void> {
  if (focusManager.isFocused()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = focusManager.subscribe((isFocused) => {
      if (!isFocused) return;
      stop();
      resolve();
    });
    signal.addEventListener('abort', () => {
      stop();
      resolve();
    });
  });
}

interface Following {
  readonly types: string;
  /** So many of the newest come first. */
  readonly last: number | undefined;
  readonly signal: AbortSignal;
  readonly heard: (events: readonly FeedEvent[]) => void;
  readonly stands: (state: FeedState) => void;
}

interface Told {
  readonly data: readonly FeedEvent[];
  readonly next_cursor: string;
}

/** Where a call begins. */
type Place =
  | { readonly last: number }
  | { readonly after: string; readonly wait?: number; readonly limit?: number };

function told(query: Place & { readonly types: string }, signal: AbortSignal): Promise<Told> {
  return read(api.GET('/events', { params: { query }, signal }));
}

async function follow({ types, last, signal, heard, stands }: Following): Promise<void> {
  const begin = last === undefined ? { after: 'now' } : { last };
  let after: string | null = null;
  while (!signal.aborted) {
    await lookedAt(signal);
    if (signal.aborted) return;
    try {
      const place: Place = after === null ? begin : { after, wait: WAIT_S, limit: LIMIT };
      const { data, next_cursor } = await told({ types, ...place }, signal);
      const isFirst = after === null;
      after = next_cursor;
      stands('live');
      if (data.length > 0 || isFirst) heard(data);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && (error.status === 401 || error.status === 403)) {
        stands('refused');
        return;
      }
      // What followed an old place is not kept any more: whoever looks reads the list again.
      if (error instanceof Failure && error.status === 410) after = null;
      else stands('broken');
      heard([]);
      await paused(PAUSE_MS, signal);
    }
  }
}

/**
 * Calls `heard` with each batch of events, in their order; with none at the beginning, and where some may have been missed.
 *
 * @param types by commas
 * @param last how many of the newest come first; after a gap they come again
 */
export function useFeed(
  types: string,
  isOn: boolean,
  heard: (events: readonly FeedEvent[]) => void,
  last?: number,
): FeedState {
  const [state, stands] = useState<FeedState>('live');
  const onHeard = useEffectEvent(heard);
  useEffect(() => {
    if (!isOn) return;
    const stopping = new AbortController();
    void follow({ types, last, signal: stopping.signal, heard: onHeard, stands });
    return () => stopping.abort();
  }, [types, isOn, last]);
  return state;
}
