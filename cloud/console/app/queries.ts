// How data is kept: shown at once, asked for again when somebody looks, retried only where that may help.
import { QueryClient } from '@tanstack/react-query';
import { Failure } from '../api/failure.ts';

const STALE_MS = 5_000;
const TRIES = 2;

/** A refusal stays one; what did not come back, or not now, may come. */
function mayHelp(count: number, error: unknown): boolean {
  const passing = !(error instanceof Failure) || [0, 429, 502, 503, 504].includes(error.status);
  // A terminal that is away is not there a second later either.
  const isAway = error instanceof Failure && /^(agent|device)_/.test(error.code);
  return passing && !isAway && count < TRIES;
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: STALE_MS, retry: mayHelp },
    mutations: { retry: false },
  },
});
