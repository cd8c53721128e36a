// Guessing passwords of many accounts from many addresses: who is blocked, and what the time of an answer tells.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptCounter } from '../../../cloud/accounts/attempts.ts';
import { systemClock } from '../../../cloud/clock.ts';
import { House, TENANT } from './house.ts';

const ADDRESSES = 20;
/** Each takes a second or more, almost all of it waiting. */
const AT_ONCE = 40;
const PASSWORD = 'Right#Word-0';
const ATTEMPTS = 5;
const BLOCK_MS = 30_000;

export interface Guessed {
  readonly guesses: number;
  /** Of guesses that ended in anything but the one sentence of a failure. */
  readonly otherAnswers: number;
  /** Medians in ms: of names that exist, and of names that do not. */
  readonly existingMs: number;
  readonly unknownMs: number;
  readonly shortestMs: number;
  /** Most wrong passwords that were looked at for one account, and how many the block allows in that time. */
  readonly mostLooked: number;
  readonly mostAllowed: number;
  /** Logins of somebody else meanwhile: tried, and let in. */
  readonly others: { readonly tried: number; readonly letIn: number };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Half of the names exist. */
function nameOf(account: number): string {
  return account % 2 === 0 ? `person-${account}` : `nobody-${account}`;
}

async function others(house: House, until: Promise<unknown>): Promise<Guessed['others']> {
  let isOver = false;
  until.finally(() => {
    isOver = true;
  });
  let tried = 0;
  let letIn = 0;
  while (!isOver) {
    tried++;
    const answer = await house.call(
      'user.login',
      { username: 'bystander', password: PASSWORD },
      { from: '127.0.0.200' },
    );
    if (typeof answer?.result === 'string') letIn++;
    await sleep(500);
  }
  return { tried, letIn };
}

async function most(house: House, names: readonly string[]): Promise<number> {
  return house.accounts(async ({ table }) => {
    const counter = new AttemptCounter(table, systemClock);
    const all = await Promise.all(names.map((name) => counter.read(TENANT, name)));
    return Math.max(...all.map(({ failed }) => failed));
  });
}

/** Guesses so many times, and tells what was to be seen. */
export async function guess(count: number, accounts = 50): Promise<Guessed> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-guesses-'));
  const house = new House(folder);
  try {
    await house.start();
    const names = Array.from({ length: accounts }, (_, account) => nameOf(account));
    await house.people([...names.filter((name) => name.startsWith('person')), 'bystander'], PASSWORD);
    const taken: { readonly isKnown: boolean; readonly ms: number }[] = [];
    let otherAnswers = 0;
    let next = 0;
    const startedAt = Date.now();
    const guesser = async (): Promise<void> => {
      while (next < count) {
        const at = next++;
        const username = nameOf(at % accounts);
        const from = `127.0.0.${2 + (Math.floor(at / accounts) % ADDRESSES)}`;
        const begun = performance.now();
        const answer = await house.call('user.login', { username, password: `guess-${at}` }, { from });
        taken.push({ isKnown: username.startsWith('person'), ms: performance.now() - begun });
        if (answer?.error?.data.startsWith('Incorrect user name or password') !== true) otherAnswers++;
      }
    };
    const guessing = Promise.all(Array.from({ length: AT_ONCE }, guesser));
    const [seen] = await Promise.all([others(house, guessing), guessing]);
    const spent = Date.now() - startedAt;
    return {
      guesses: taken.length,
      otherAnswers,
      existingMs: median(taken.flatMap(({ isKnown, ms }) => (isKnown ? [ms] : []))),
      unknownMs: median(taken.flatMap(({ isKnown, ms }) => (isKnown ? [] : [ms]))),
      shortestMs: Math.min(...taken.map(({ ms }) => ms)),
      mostLooked: await most(house, names),
      mostAllowed: ATTEMPTS + Math.ceil(spent / BLOCK_MS),
      others: seen,
    };
  } finally {
    await house.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
