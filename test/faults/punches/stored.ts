// What the cloud has stored of one day.
import type { Caller } from '../../e2e/client.ts';
import { type Counts, countsOf, wordsOf } from './model.ts';

export interface Stored {
  readonly id: string;
  readonly words: string;
}

export async function storedOf(call: Caller, day: string): Promise<Stored[]> {
  const rows: Stored[] = [];
  let cursor = '';
  do {
    const query = `from=${day}&to=${day}&limit=1000${cursor}`;
    const { status, body } = await call('GET', `/punches?${query}`);
    if (status !== 200) throw new Error(`GET /punches answered ${status}`);
    for (const { id, device_id, user_id, local } of body.data) {
      rows.push({ id, words: wordsOf(device_id, user_id, local) });
    }
    cursor = body.next_cursor === undefined ? '' : `&cursor=${encodeURIComponent(body.next_cursor)}`;
  } while (cursor !== '');
  return rows;
}

export function wordsIn(stored: readonly Stored[]): Counts {
  return countsOf(stored.map(({ words }) => words));
}
