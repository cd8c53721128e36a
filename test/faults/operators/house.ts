// The killable server from outside: started, asked, killed, started again; and the accounts that are put into it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Accounts } from '../../../cloud/accounts/accounts.ts';
import { ADMINISTRATORS, newUser, SUPER_ADMIN_ROLE } from '../../../cloud/accounts/defaults.ts';
import { hashPassword } from '../../../cloud/accounts/passwords.ts';
import { Table } from '../../../cloud/store/table.ts';

const SCRIPT = fileURLToPath(new URL('./server.ts', import.meta.url));
export const TENANT = 'local';

export interface Called {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly result?: any;
  readonly error?: { readonly code: number; readonly data: string };
}

export class House {
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #port = 0;
  #endpoint = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [SCRIPT, this.#folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const { port, endpoint } = JSON.parse(line) as { port: number; endpoint: string };
    this.#port = port;
    this.#endpoint = endpoint;
  }

  /** Kills the process at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Null where the process died before it answered. */
  async call(
    method: string,
    params: unknown,
    { bearer, from = '127.0.0.1' }: { readonly bearer?: string; readonly from?: string } = {},
  ): Promise<Called | null> {
    const body = JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 });
    const headers = {
      'content-type': 'application/json',
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    };
    const sent = request({
      host: '127.0.0.1',
      port: this.#port,
      path: '/api_jsonrpc.php',
      method: 'POST',
      headers,
      localAddress: from,
      agent: false,
    });
    sent.end(body);
    try {
      const [response] = await once(sent, 'response');
      return JSON.parse(await text(response)) as Called;
    } catch {
      return null;
    }
  }

  /** Works on the accounts from outside. */
  async accounts<T>(work: (accounts: Accounts) => Promise<T>): Promise<T> {
    const client = new DynamoDBClient({
      endpoint: this.#endpoint,
      region: 'local',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const marshallOptions = { removeUndefinedValues: true };
    try {
      return await work(
        new Accounts(new Table(DynamoDBDocumentClient.from(client, { marshallOptions }), 'operators')),
      );
    } finally {
      client.destroy();
    }
  }

  /** A super admin `Admin` and these users, all with one password. */
  async people(usernames: readonly string[], password: string): Promise<void> {
    const hash = await hashPassword(password);
    await this.accounts((accounts) =>
      accounts.found(TENANT, (draft) => {
        const all = ['Admin', ...usernames];
        for (const [at, username] of all.entries()) {
          const roleId = at === 0 ? SUPER_ADMIN_ROLE : '1';
          const id = String(at === 0 ? 1 : 100 + at);
          draft.put('user', newUser(id, username, { hash, roleId, groupIds: [ADMINISTRATORS] }));
          draft.nameUser(username, id);
        }
      }),
    );
  }
}
