// The accounts that the cases of the contract speak of, in a tenant of its own for each, and a caller of the JSON-RPC face.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Accounts } from '../../../cloud/accounts/accounts.ts';
import { AttemptCounter } from '../../../cloud/accounts/attempts.ts';
import { newUser } from '../../../cloud/accounts/defaults.ts';
import type { Media, User } from '../../../cloud/accounts/model.ts';
import { hashPassword } from '../../../cloud/accounts/passwords.ts';
import { Sessions } from '../../../cloud/accounts/sessions.ts';
import { systemClock } from '../../../cloud/clock.ts';
import { Table } from '../../../cloud/store/table.ts';
import type { System } from '../../../infra/local/system.ts';

/** Of every user that has one. */
export const PASSWORD = 'Right#Answer-1';

export interface Rpc {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export interface Asked {
  readonly bearer?: string;
  readonly contentType?: string;
  /** A tenant's own address; the one without a tenant where left out. */
  readonly tenant?: string;
}

/** Sends a body as it is, or an object as JSON. */
export async function send(url: string, body: unknown, asked: Asked = {}): Promise<Rpc> {
  const { bearer, contentType = 'application/json-rpc', tenant } = asked;
  const path = tenant === undefined ? '/api_jsonrpc.php' : `/t/${tenant}/api_jsonrpc.php`;
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const type = response.headers.get('content-type');
  return { status: response.status, type, text, body: text === '' ? undefined : JSON.parse(text) };
}

/** Calls a method; what came of it. */
export async function call(url: string, method: string, params: unknown, asked: Asked = {}) {
  const { body } = await send(url, { jsonrpc: '2.0', method, params, id: 1 }, asked);
  return body;
}

function media(id: string, more: Partial<Media>): Media {
  return {
    id,
    mediaTypeId: '1',
    sendTo: ['somebody@example.test'],
    active: true,
    severity: 63,
    period: '1-7,00:00-24:00',
    provisioned: false,
    ...more,
  };
}

function people(hash: string): User[] {
  const plain = { hash, roleId: '1', groupIds: ['7'] };
  return [
    newUser('9', 'op-nine', plain),
    newUser('10', 'op-ten', plain),
    newUser('14', 'op-fourteen', plain),
    newUser('15', 'op-fifteen', plain),
    newUser('16', 'op-sixteen', { ...plain, roleId: '3', groupIds: ['9'] }),
    newUser('17', 'op-seventeen', plain),
    newUser('18', 'op-admin', { ...plain, roleId: '2' }),
    newUser('19', 'op-off', { ...plain, groupIds: ['7', '9'] }),
    newUser('20', 'op-norole', { ...plain, roleId: '0' }),
    newUser('21', 'op-ldap', { roleId: '1' }),
    newUser('30', 'op-thirty', {
      ...plain,
      roleId: '2',
      provisioned: true,
      medias: [media('40', { provisioned: true }), media('41', { sendTo: ['other@example.test'] })],
    }),
  ];
}

export class Fixture {
  readonly url: string;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly attempts: AttemptCounter;
  readonly #client: DynamoDBClient;
  readonly #hash = hashPassword(PASSWORD);

  constructor({ url, dynamo, region, credentials }: System) {
    this.url = url;
    this.#client = new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials: { ...credentials } });
    const marshallOptions = { removeUndefinedValues: true };
    const table = new Table(DynamoDBDocumentClient.from(this.#client, { marshallOptions }), dynamo.tableName);
    this.accounts = new Accounts(table);
    this.sessions = new Sessions(this.accounts, systemClock);
    this.attempts = new AttemptCounter(table, systemClock);
  }

  /** A tenant with all of the accounts. */
  async found(tenant: string): Promise<void> {
    const hash = await this.#hash;
    await this.accounts.found(tenant, (draft) => {
      const admin = newUser('1', 'Admin', { hash, roleId: '3', groupIds: ['7'] });
      for (const user of [admin, ...people(hash)]) {
        draft.put('user', user);
        draft.nameUser(user.username, user.id);
      }
      draft.put('group', { ...(draft.groups.get('7') ?? group), siteRights: [] });
    });
  }

  /** A session of this user, as a login opens it. */
  async session(tenant: string, userId: string): Promise<string> {
    const user = await this.accounts.user(tenant, userId);
    if (user === null) throw new Error(`no user ${userId}`);
    return this.sessions.open(tenant, user);
  }

  async edit(tenant: string, userId: string, change: Partial<User>): Promise<void> {
    await this.accounts.change(tenant, (draft) => {
      const user = draft.users.get(userId);
      if (user === undefined) throw new Error(`no user ${userId}`);
      draft.put('user', { ...user, ...change });
    });
  }

  close(): void {
    this.#client.destroy();
  }
}

const group = { id: '7', name: '', enabled: true, guiAccess: 0, debug: false, siteRights: [] };
