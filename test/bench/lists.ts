// How long whole tables take through the whole path.
import { startForTest } from '../e2e/client.ts';
import { line, repeat } from './measure.ts';

const USERS = 10_000;

/** Prints the list of a large terminal, read anew and from the cache that the counters confirm. */
export async function benchLists(print: (text: string) => void): Promise<void> {
  const { call, stop } = await startForTest({ terminals: { principal: { users: USERS } } });
  try {
    const list = async (query: string) => {
      const { status, body } = await call('GET', `/devices/principal/users${query}`);
      if (status !== 200 || body.total !== USERS)
        throw new Error(`list answered ${status}, total ${body.total}`);
    };
    print(`List of ${USERS.toLocaleString('en')} users`);
    print(line('all, read anew from the terminal', await repeat(8, () => list('?refresh=true'), 1)));
    print(line('all, confirmed by the counters', await repeat(8, () => list(''), 1)));
    print(line('one page of 100', await repeat(20, () => list('?limit=100'), 1)));
    print('');
  } finally {
    await stop();
  }
}
