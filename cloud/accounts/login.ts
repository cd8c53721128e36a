// Logging in: who fails learns nothing but that, after the same second, whatever the reason.
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import type { Accounts } from './accounts.ts';
import type { AttemptCounter } from './attempts.ts';
import { TooManyPasswords } from './derivations.ts';
import { accountKeys } from './keys.ts';
import type { User } from './model.ts';
import { enter, type Operator } from './operator.ts';
import { hashPassword, isOutdated, isPassword } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import { withoutTenant } from './tenants.ts';
import type { FailureThrottle } from './throttle.ts';

/** Every failure takes so long: what it took to find out does not show. */
const FAILURE_MS = 1000;
/** Clock and timer count whole milliseconds, so that each may be short of one. */
const ROUNDING_MS = 2;

export interface LoginPorts {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly attempts: AttemptCounter;
  readonly throttle: FailureThrottle;
  readonly clock: Clock;
}

export interface Credentials {
  /** Null where nothing names one. */
  readonly tenant: string | null;
  readonly username: string;
  readonly password: string;
  /** The caller's address. */
  readonly from: string;
}

export type Login =
  | { readonly kind: 'in'; readonly session: string; readonly operator: Operator }
  | { readonly kind: 'failed' }
  /** The password was right, and the system is closed to this user. */
  | { readonly kind: 'no_access'; readonly user: User };

/** A login as the audit log needs it. */
export interface LoginTold {
  readonly tenant: string | null;
  /** As it was given: it may be anything. */
  readonly username: string;
  /** Null where nobody has the name, or nobody looked. */
  readonly user: User | null;
  readonly result: 'right' | 'wrong' | 'blocked' | 'busy' | 'no_access';
}

interface Checked {
  readonly user: User | null;
  readonly result: 'right' | 'wrong' | 'blocked' | 'busy';
}

async function checked(ports: LoginPorts, tenant: string, given: Credentials): Promise<Checked> {
  const { accounts, attempts, throttle } = ports;
  const { username, password, from } = given;
  const standing = await throttle.standing(tenant, from);
  if (standing === 'closed') return { user: null, result: 'blocked' };
  const settings = await accounts.settings(tenant);
  if (!(await attempts.begin(tenant, username, settings))) return { user: null, result: 'blocked' };
  const user = await accounts.userNamed(tenant, username);
  const about = { from, known: user !== null };
  const right = await isPassword(password, user?.hash ?? null, standing === 'failing').catch(
    async (error: unknown) => {
      await attempts.end(tenant, username, 'unseen', about);
      if (error instanceof TooManyPasswords) return null;
      throw error;
    },
  );
  if (right === null) return { user, result: 'busy' };
  await attempts.end(tenant, username, right ? 'right' : 'wrong', about);
  if (right && user !== null) return { user, result: 'right' };
  await throttle.count(tenant, from);
  return { user, result: 'wrong' };
}

/** A hash of yesterday's parameters is made anew while the password is at hand. */
async function upgrade(
  { accounts }: LoginPorts,
  tenant: string,
  user: User,
  password: string,
): Promise<void> {
  if (user.hash === null || !isOutdated(user.hash)) return;
  await accounts.table.updateIf(accountKeys.row(tenant, 'user', user.id), {
    set: '#hash = :fresh',
    condition: '#hash = :old',
    values: { fresh: await hashPassword(password), old: user.hash },
  });
}

/** The end of a failure: no sooner than a second after its beginning. */
async function failed({ clock }: LoginPorts, startedAt: number): Promise<Login> {
  await clock.sleep(Math.max(0, startedAt + FAILURE_MS + ROUNDING_MS - clock.now()));
  return { kind: 'failed' };
}

/**
 * Opens a session for whoever brings the right password.
 *
 * @param tell called once with how it ended; a session that could not be told of is given to nobody
 */
export async function login(
  ports: LoginPorts,
  given: Credentials,
  tell: (told: LoginTold) => Promise<void>,
): Promise<Login> {
  const startedAt = ports.clock.now();
  const { tenant: named, username, from } = given;
  const tenant = named ?? withoutTenant;
  const { user, result } = await checked(ports, tenant, given);
  if (user === null || result !== 'right') {
    log.info('login failed', { tenant: named, reason: result, from });
    await tell({ tenant: named, username, user, result }).catch((error: unknown) =>
      log.error('login not told', error as Error),
    );
    return failed(ports, startedAt);
  }
  await upgrade(ports, tenant, user, given.password);
  const operator = await enter(ports.accounts, tenant, user, { session: '' });
  if (operator === null) {
    await tell({ tenant, username, user, result: 'no_access' });
    return { kind: 'no_access', user };
  }
  const session = await ports.sessions.open(tenant, user);
  await tell({ tenant, username, user, result });
  return { kind: 'in', session, operator };
}
