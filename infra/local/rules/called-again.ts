// Stands in for Lambda where a rule has called a function, and nobody waits for it: one that has failed is called again.
import { setTimeout as sleep } from 'node:timers/promises';

/** In AWS after one minute, and after two; see `retryAttempts` in infra/cdk/iot.ts. */
const PAUSES_MS = [1000, 2000];

/** @throws what the last call threw */
export async function calledAgain<T>(call: () => Promise<T>, pausesMs = PAUSES_MS): Promise<T> {
  for (const pause of pausesMs) {
    try {
      return await call();
    } catch {
      await sleep(pause);
    }
  }
  return await call();
}
