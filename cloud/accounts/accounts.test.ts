import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { tableNamed } from '../store/client.ts';
import { startWorld, type World } from '../testing/world.ts';
import { Accounts } from './accounts.ts';
import { AttemptCounter } from './attempts.ts';
import { ADMINISTRATORS, firstRoles, newUser, SUPER_ADMIN_ROLE } from './defaults.ts';
import { addFirst, addOperator, setPassword } from './first-operator.ts';
import { secretHash } from './keys.ts';
import { login } from './login.ts';
import type { Group, Role } from './model.ts';
import { PasswordWork } from './password-work.ts';
import { hashPassword, isOutdated, isPassword } from './passwords.ts';
import { mayCallMethod } from './roles.ts';
import { Sessions } from './sessions.ts';
import { siteRightsOf } from './site-rights.ts';
import { FailureThrottle } from './throttle.ts';
import { createTokens, generateTokens } from './tokens.ts';
import { updateUsers } from './users.ts';

const PASSWORD = 'Right#Word-0';
const CHEAP = { logN: 10, r: 8, p: 1 };

/** Time that is moved on by hand; who sleeps lets it pass. */
class TestClock implements Clock {
  at = Date.UTC(2026, 10, 28);
  now(): number {
    return this.at;
  }
  async sleep(ms: number): Promise<void> {
    this.at += ms;
  }
}

let world: World;
let accounts: Accounts;
const clock = new TestClock();
let ports: Parameters<typeof login>[0];

beforeAll(async () => {
  world = await startWorld();
  const table = tableNamed(world.tableName);
  accounts = new Accounts(table);
  ports = {
    accounts,
    sessions: new Sessions(accounts, clock),
    attempts: new AttemptCounter(table, clock),
    throttle: new FailureThrottle(table, clock),
    clock,
  };
});
afterAll(() => world.close());

const root = { id: null, isSuperAdmin: true };
const enterAs = (tenant: string, username: string, password: string, from = '192.0.2.7') =>
  login(ports, { tenant, username, password, from }, async () => {});

describe('changes', () => {
  test('that come at the same moment are all made, one after the other, under ids of their own', async () => {
    await addFirst(accounts, 'many', 'Admin', PASSWORD);
    const hash = await hashPassword(PASSWORD, CHEAP);
    const names = Array.from({ length: 12 }, (_, at) => `person-${at}`);
    await Promise.all(
      names.map((name) =>
        accounts.change('many', (draft) => {
          const id = draft.nextId('user');
          draft.put('user', newUser(id, name, { hash }));
          draft.nameUser(name, id);
        }),
      ),
    );
    const { users } = await accounts.snapshot('many');
    expect([...users.values()].map(({ username }) => username).sort()).toEqual(
      ['Admin', 'guest', ...names].sort(),
    );
    expect(users.size).toBe(names.length + 2);
  });

  test('of more rows than a transaction takes are refused with the number, and nothing is written', async () => {
    await addFirst(accounts, 'wide', 'Admin', PASSWORD);
    const before = await accounts.head('wide');
    const change = accounts.change('wide', (draft) => {
      for (let at = 0; at < 100; at++) draft.put('user', newUser(draft.nextId('user'), `u${at}`));
    });
    await expect(change).rejects.toMatchObject({ code: 'too_many_rows', params: { rows: 101, most: 100 } });
    expect(await accounts.head('wide')).toEqual(before);
  });

  test('whichever way the last active super admin would go, it is refused', async () => {
    await addFirst(accounts, 'last', 'Admin', PASSWORD);
    const leave = (change: object) =>
      accounts.change('last', (draft) =>
        updateUsers(draft, [{ id: '1', ...change }], root, new PasswordWork()),
      );
    for (const change of [{ roleId: '2' }, { groupIds: [] }, { groupIds: ['9'] }, { groupIds: ['12'] }])
      await expect(leave(change)).rejects.toMatchObject({ code: 'last_super_admin' });
    await addOperator(accounts, 'last', 'second', PASSWORD);
    expect(await leave({ groupIds: ['12'] })).toEqual(['1']);
  });
});

describe('a session', () => {
  test('ends when it was not used for its time, and not before', async () => {
    await addFirst(accounts, 'idle', 'Admin', PASSWORD);
    const came = await enterAs('idle', 'Admin', PASSWORD);
    if (came.kind !== 'in') throw new Error('not let in');
    for (let use = 0; use < 4; use++) {
      clock.at += 14 * 60_000;
      expect(await ports.sessions.operatorOf(came.session)).toMatchObject({ tenant: 'idle' });
    }
    clock.at += 15 * 60_000 + 6000;
    expect(await ports.sessions.operatorOf(came.session)).toBe('session_ended');
  });

  test('does not outlive its password, also when it was opened while the password changed', async () => {
    await addFirst(accounts, 'epoch', 'Admin', PASSWORD);
    const user = await accounts.user('epoch', '1');
    if (user === null) throw new Error('no user');
    await setPassword(accounts, 'epoch', 'Admin', 'Other#Word-1');
    const late = await ports.sessions.open('epoch', user);
    expect(await ports.sessions.operatorOf(late)).toBe('session_ended');
  });
});

describe('a token', () => {
  test('opens until it expires, and the one before it opens nothing', async () => {
    await addFirst(accounts, 'tokens', 'Admin', PASSWORD);
    const caller = { id: '1', isSuperAdmin: true };
    const seconds = Math.floor(clock.now() / 1000);
    const made = await accounts.change('tokens', (draft) =>
      createTokens(draft, [{ name: 'nightly', expiresAt: seconds + 60 }], caller, seconds),
    );
    const generate = async () =>
      (await accounts.change('tokens', (draft) => generateTokens(draft, made, caller)))[0]?.token ?? '';
    const first = await generate();
    const second = await generate();
    expect(await ports.sessions.operatorOf(first)).toBe('not_authorized');
    expect(await ports.sessions.operatorOf(second)).toMatchObject({ by: { token: made[0] } });
    expect(JSON.stringify(await world.everything())).not.toContain(second);
    expect(JSON.stringify(await world.everything())).toContain(secretHash(second));
    clock.at += 61_000;
    expect(await ports.sessions.operatorOf(second)).toBe('token_expired');
  });
});

describe('a login', () => {
  test('after five wrong passwords is refused for the pause, and after it one wrong one blocks again', async () => {
    await addFirst(accounts, 'block', 'Admin', PASSWORD);
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect((await enterAs('block', 'Admin', 'wrong')).kind).toBe('failed');
    }
    expect((await enterAs('block', 'Admin', PASSWORD)).kind).toBe('failed');
    clock.at += 30_000;
    expect((await enterAs('block', 'Admin', 'wrong')).kind).toBe('failed');
    expect((await enterAs('block', 'Admin', PASSWORD)).kind).toBe('failed');
    clock.at += 30_000;
    expect((await enterAs('block', 'Admin', PASSWORD)).kind).toBe('in');
  });

  test('side by side looks at no more passwords than there are attempts', async () => {
    const { attempts } = ports;
    const limits = { loginAttempts: 5, loginBlockSeconds: 30 };
    const begun = await Promise.all(
      Array.from({ length: 12 }, async () => {
        if (!(await attempts.begin('flood', 'Admin', limits))) return false;
        await attempts.end('flood', 'Admin', 'wrong', { from: '192.0.2.9', known: true });
        return true;
      }),
    );
    expect(begun.filter(Boolean)).toHaveLength(5);
  });

  test('renews a hash of older parameters and leaves the session as it is', async () => {
    await addFirst(accounts, 'older', 'Admin', PASSWORD);
    const weak = await hashPassword(PASSWORD, CHEAP);
    await accounts.change('older', (draft) => {
      const admin = draft.users.get('1');
      if (admin !== undefined) draft.put('user', { ...admin, hash: weak });
    });
    expect(isOutdated(weak)).toBe(true);
    const came = await enterAs('older', 'Admin', PASSWORD);
    if (came.kind !== 'in') throw new Error('not let in');
    const { hash } = (await accounts.user('older', '1')) ?? { hash: null };
    expect(hash === null || isOutdated(hash)).toBe(false);
    expect(await isPassword(PASSWORD, hash)).toBe(true);
    expect(await ports.sessions.operatorOf(came.session)).toMatchObject({ tenant: 'older' });
  });

  test('from an address with sixty failures in a minute fails, and from another one does not', async () => {
    await addFirst(accounts, 'address', 'Admin', PASSWORD);
    clock.at = Math.ceil(clock.at / 60_000) * 60_000;
    for (let failure = 0; failure < 60; failure++) await ports.throttle.count('address', '198.51.100.1');
    expect((await enterAs('address', 'Admin', PASSWORD, '198.51.100.1')).kind).toBe('failed');
    expect((await enterAs('address', 'Admin', PASSWORD, '198.51.100.2')).kind).toBe('in');
    clock.at += 60_000;
    expect((await enterAs('address', 'Admin', PASSWORD, '198.51.100.1')).kind).toBe('in');
  });
});

describe('rights', () => {
  const right = fc.record({
    site: fc.constantFrom('norte', 'sur', '*'),
    permission: fc.constantFrom('deny' as const, 'read' as const, 'write' as const),
  });
  const group = (siteRights: Group['siteRights'], id: number): Group => ({
    id: String(id),
    name: '',
    enabled: true,
    guiAccess: 0,
    debug: false,
    siteRights,
  });
  const [plain = firstRoles[0] as Role] = firstRoles;

  test('a deny wins, and more groups never give less than the strongest of them without one', () => {
    fc.assert(
      fc.property(fc.array(fc.array(right, { maxLength: 4 }), { maxLength: 4 }), (given) => {
        const rights = siteRightsOf(plain, given.map(group));
        for (const site of ['norte', 'sur']) {
          const about = given.flat().filter((one) => one.site === site || one.site === '*');
          const told = Object.hasOwn(rights.sites, site) ? rights.sites[site] : rights.everywhere;
          const permissions = about.map(({ permission }) => permission);
          const expected = permissions.includes('deny')
            ? 'none'
            : permissions.includes('write')
              ? 'write'
              : permissions.includes('read')
                ? 'read'
                : 'none';
          expect(told).toBe(expected);
        }
      }),
    );
  });

  test.each([
    [[], false, true],
    [['user.update'], false, false],
    [['user.*'], true, true],
    [['*.get'], true, false],
    [['*.update'], true, true],
    [['*'], false, false],
    [['User.Update'], true, true],
  ])('methods %j as an allow list %s: user.update is allowed %s', (methods, apiAllowList, allowed) => {
    expect(mayCallMethod({ ...plain, methods, apiAllowList }, 'user.update')).toBe(allowed);
    expect(mayCallMethod({ ...plain, methods, apiAllowList, apiAccess: false }, 'user.update')).toBe(false);
  });
});

test('what every tenant begins with lets nobody in by itself', async () => {
  await addFirst(accounts, 'first', 'Admin', PASSWORD);
  const { users } = await accounts.snapshot('first');
  const open = [...users.values()].filter(({ hash }) => hash !== null);
  expect(open.map(({ username, roleId, groupIds }) => [username, roleId, groupIds])).toEqual([
    ['Admin', SUPER_ADMIN_ROLE, [ADMINISTRATORS]],
  ]);
  expect((await enterAs('first', 'guest', '')).kind).toBe('failed');
});
