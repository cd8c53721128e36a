// The cases of the contract that need something first, leave something to be seen, or are decided otherwise here.
import { expect } from 'vitest';
import { secretHash } from '../../../cloud/accounts/keys.ts';
import type { Token } from '../../../cloud/accounts/model.ts';
import { newToken } from '../../../cloud/accounts/sessions.ts';
import { call, type Fixture } from './fixture.ts';

type Before = (fixture: Fixture, tenant: string) => Promise<string | undefined>;

export interface Judged {
  /** Before the request; what it answers is the credential to bring. */
  readonly before?: Before;
  /** After it, as a super admin sees it. */
  readonly after?: (fixture: Fixture, tenant: string) => Promise<unknown>;
  readonly seen?: unknown;
  /** Where it is decided otherwise: why, and what is asked or expected instead. */
  readonly why?: string;
  readonly method?: string;
  readonly error?: { readonly code: number; readonly data: string };
  readonly result?: 'any';
}

async function looked(fixture: Fixture, tenant: string, userid: string, output: string[], more = {}) {
  const bearer = await fixture.session(tenant, '1');
  const params = { userids: [userid], output, ...more };
  const { result } = await call(fixture.url, 'user.get', params, { tenant, bearer });
  const [{ userid: _, ...row }] = result;
  return row;
}

function rules(passwordRules: number): Before {
  return async ({ accounts }, tenant) => {
    await accounts.change(tenant, (draft) => draft.putSettings({ ...draft.settings, passwordRules }));
    return undefined;
  };
}

function token(userId: string, more: Partial<Token>): Before {
  return async ({ accounts }, tenant) => {
    const secret = newToken();
    await accounts.change(tenant, (draft) => {
      const row: Token = {
        id: draft.nextId('token'),
        userId,
        name: 'a script',
        description: '',
        hash: secretHash(secret),
        enabled: true,
        expiresAt: 0,
        createdAt: 1,
        creatorId: '1',
        ...more,
      };
      draft.put('token', row);
      draft.openToken(secretHash(secret), row);
    });
    return secret;
  };
}

const NO_HOSTS = 'there is no host.get here, and a method that does not exist is told before any credential';

export const judged: Readonly<Record<number, Judged>> = {
  9: { after: (f, t) => looked(f, t, '9', ['name']), seen: { name: 'A' } },
  24: { before: rules(1) },
  25: { before: rules(2) },
  26: { before: rules(4) },
  47: {
    after: (f, t) => looked(f, t, '9', ['username'], { selectUsrgrps: ['usrgrpid'] }),
    seen: { username: 'op-nine', usrgrps: [] },
  },
  56: { after: (f, t) => looked(f, t, '9', ['roleid']), seen: { roleid: '0' } },
  58: {
    before: async (f, t) => {
      await f.edit(t, '16', { groupIds: ['7'] });
      return undefined;
    },
  },
  63: {
    before: async ({ accounts }, tenant) => {
      await accounts.change(tenant, (draft) => {
        const role = draft.roles.get('1');
        if (role !== undefined) draft.put('role', { ...role, methods: ['user.update'] });
      });
      return undefined;
    },
  },
  83: {
    after: (f, t) => looked(f, t, '9', ['autologin', 'autologout']),
    seen: { autologin: '1', autologout: '0' },
  },
  85: {
    why: 'the list of languages is that of this server',
    error: {
      code: -32602,
      data: 'Invalid parameter "/1/lang": value must be one of "default", "en_GB", "en_US", "es_ES".',
    },
  },
  37: {
    why: 'of the two names the one that the request gives first is named',
    error: { code: -32602, data: 'User with username "op-ten" already exists.' },
  },
  129: {
    after: (f, t) => looked(f, t, '30', ['username'], { selectMedias: ['mediaid'] }),
    seen: { username: 'op-thirty', medias: [{ mediaid: '40' }] },
  },
  130: {
    after: (f, t) =>
      looked(f, t, '9', ['username'], { selectMedias: ['sendto', 'active', 'severity', 'period'] }),
    seen: {
      username: 'op-nine',
      medias: [
        {
          mediaid: expect.any(String),
          sendto: ['a@example.test'],
          active: '0',
          severity: '63',
          period: '1-7,00:00-24:00',
        },
      ],
    },
  },
  132: { after: (f, t) => looked(f, t, '9', ['name']), seen: { name: '' } },
  135: {
    why: 'clients of many years say `user`, so it is taken as `username` is: this password is wrong',
    error: {
      code: -32500,
      data: 'Incorrect user name or password or account is temporarily blocked.',
    },
  },
  140: {
    before: async ({ attempts, accounts }, tenant) => {
      for (let attempt = 1; attempt <= 5; attempt++) {
        await attempts.begin(tenant, 'Admin', await accounts.settings(tenant));
        await attempts.end(tenant, 'Admin', 'wrong', { from: '192.0.2.1', known: true });
      }
      return undefined;
    },
    after: (f, t) => looked(f, t, '1', ['attempt_failed', 'attempt_ip']),
    seen: { attempt_failed: '5', attempt_ip: '192.0.2.1' },
  },
  147: {
    before: async (f, t) => {
      const bearer = await f.session(t, '1');
      await call(f.url, 'user.logout', [], { tenant: t, bearer });
      return bearer;
    },
  },
  150: { before: async () => newToken(), why: NO_HOSTS, method: 'user.get' },
  151: { before: token('9', { enabled: false }), why: NO_HOSTS, method: 'user.get' },
  152: { before: token('9', { expiresAt: 1 }), why: NO_HOSTS, method: 'user.get' },
  153: { before: token('19', {}), why: NO_HOSTS, method: 'user.get' },
  171: { after: (f, t) => looked(f, t, '15', ['attempt_failed']), seen: { attempt_failed: '0' } },
  196: {
    why: 'the contract kept here is that of 7.0, which takes `auth` in the body',
    before: (f, t) => f.session(t, '1'),
    result: 'any',
  },
  197: { before: token('9', {}) },
};
