// A broker with an authority for tests, and what was published on it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import { Broker } from '../broker/broker.ts';
import { LocalAuthority } from '../certs/authority.ts';
import { TestClient, type TestClientOptions } from './mqtt-client.ts';

export interface Published {
  readonly name: string;
  readonly text: string;
}

export class BrokerRoom {
  readonly authority: LocalAuthority;
  readonly broker: Broker;
  readonly published: Published[];
  readonly disconnects: SiteAddress[];
  readonly #folder: string;
  readonly #watchers: Set<() => void>;

  private constructor(
    authority: LocalAuthority,
    broker: Broker,
    seen: { published: Published[]; disconnects: SiteAddress[]; watchers: Set<() => void> },
    folder: string,
  ) {
    this.authority = authority;
    this.broker = broker;
    this.published = seen.published;
    this.disconnects = seen.disconnects;
    this.#watchers = seen.watchers;
    this.#folder = folder;
  }

  static async open(): Promise<BrokerRoom> {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-broker-'));
    const authority = await LocalAuthority.open(folder);
    const server = await authority.issueServer();
    const seen = {
      published: [] as Published[],
      disconnects: [] as SiteAddress[],
      watchers: new Set<() => void>(),
    };
    const tell = (): void => {
      for (const watcher of seen.watchers) watcher();
    };
    const broker = await Broker.start({
      port: 0,
      tls: { cert: server.pem, key: server.keyPem, ca: authority.rootPem },
      siteOf: (certificate) => authority.registry.siteOf(certificate),
      onMessage: ({ name, payload }) => {
        seen.published.push({ name, text: Buffer.from(payload).toString() });
        tell();
      },
      onDisconnect: (site) => {
        seen.disconnects.push(site);
        tell();
      },
    });
    return new BrokerRoom(authority, broker, seen, folder);
  }

  /** A client of that site, with its own certificate unless told otherwise. */
  async client(site: SiteAddress, over: Partial<TestClientOptions> = {}): Promise<TestClient> {
    const identity = over.identity ?? (await this.authority.issue(site));
    const clientId = clientIdOf(site.tenant, site.site);
    const client = await TestClient.connect({
      port: this.broker.port,
      clientId,
      rootPem: this.authority.rootPem,
      ...over,
      identity,
    });
    await this.ready(clientId);
    return client;
  }

  /** The broker counts a client as connected a few turns of the loop after it sent CONNACK. */
  async ready(clientId: string): Promise<void> {
    const deadline = Date.now() + 4000;
    while (!this.broker.isConnected(clientId)) {
      if (Date.now() > deadline) throw new Error(`${clientId} is not connected`);
      await setImmediate();
    }
  }

  /** Settles once `check` holds; looks after every message and disconnect. */
  until(check: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const finish = (): void => {
      clearTimeout(timer);
      this.#watchers.delete(look);
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`not so: ${check}`));
    }, 4000);
    const look = (): void => {
      if (!check()) return;
      finish();
      resolve();
    };
    this.#watchers.add(look);
    look();
    return promise;
  }

  async close(): Promise<void> {
    await this.broker.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
