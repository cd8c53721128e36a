// A caller of the API who says who somebody is, and asks again until he is told what became of it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Caller } from '../../e2e/client.ts';

export interface Body {
  readonly user_id: string;
  readonly name: string;
  readonly card: number;
  readonly password: string;
  readonly devices: readonly string[];
}

const TRIES = 60;
const PAUSE_MS = 300;
const ANSWERED = [200, 202, 404, 409];

/** @returns the answer, with the time at which its last request went out */
export async function save(
  call: Caller,
  person: string,
  body: Body | null,
): Promise<Answer & { at: number }> {
  const path = `/people/${person}`;
  for (let n = 0; ; n++) {
    const at = Date.now();
    const answer = await (body === null ? call('DELETE', path) : call('PUT', path, body)).catch(() => null);
    if (answer !== null && ANSWERED.includes(answer.status)) return { ...answer, at };
    if (n === TRIES)
      throw new Error(`${path} is not answered: ${answer?.status} ${JSON.stringify(answer?.body)}`);
    await sleep(PAUSE_MS);
  }
}

/** How somebody stands at a terminal, as the API shows it. */
export interface Shown {
  readonly device_id: string;
  readonly state: string;
  readonly fields?: readonly string[];
}

/** Empty where nobody of that name is known any more. */
export async function show(call: Caller, person: string): Promise<readonly Shown[]> {
  for (let n = 0; ; n++) {
    const answer = await call('GET', `/people/${person}`).catch(() => null);
    if (answer?.status === 200) return answer.body.data.terminals;
    if (answer?.status === 404) return [];
    if (n === TRIES) throw new Error(`nobody says how ${person} stands: ${answer?.status}`);
    await sleep(PAUSE_MS);
  }
}
