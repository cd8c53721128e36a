// Asks many addresses side by side, with limits on how many at a time and how long.
import { type Found, type ProbeOptions, probe } from './probe.ts';

/** Addresses asked at a time. */
export const LANES = 64;

export interface Scan extends ProbeOptions {
  readonly hosts: readonly string[];
  /** Called after every address. */
  readonly onAsked: (done: number) => void;
}

export interface Scanned {
  /** In the order of `hosts`. */
  readonly found: readonly Found[];
  /** Fewer than there are hosts if the signal ended it. */
  readonly asked: number;
}

/** Never throws. Returns what was found before the signal, if that ends it. */
export async function scan({ hosts, onAsked, ...options }: Scan): Promise<Scanned> {
  const results = new Map<string, Found>();
  const waiting = hosts.values();
  let asked = 0;
  const lane = async () => {
    for (const host of waiting) {
      if (options.signal.aborted) return;
      const found = await probe(host, options);
      if (found !== null) results.set(host, found);
      asked++;
      onAsked(asked);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, hosts.length) }, lane));
  return { found: hosts.flatMap((host) => results.get(host) ?? []), asked };
}
