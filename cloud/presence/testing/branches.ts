// Hellos and ends of connections, taken into a directory over the real store.
import type { Hello, PresenceEvent } from '../../../shared/wire/envelope.ts';
import { DynamoDirectory } from '../../directory/dynamo-directory.ts';
import { startWorld, type World } from '../../testing/world.ts';
import type { Connection } from '../connections.ts';
import { applyPresence, type PresenceResult } from '../presence.ts';

export const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

export function helloOf(ids: readonly string[], change: Partial<Hello> = {}): Hello {
  return {
    v: 1,
    session: 's1',
    agentVersion: '1.0',
    at: 1000,
    clockOffsetMs: 0,
    journalDepth: 0,
    tenureSince: 0,
    devices: ids.map((id) => ({
      id,
      name: id,
      host: '10.0.0.1',
      port: 4370,
      source: 'file',
      timezone: 'UTC',
      reachable: true,
      lastSeen: 1,
    })),
    ...change,
  };
}

/** What a test of presence works with. */
export class Branches {
  readonly world: World;
  readonly directory: DynamoDirectory;
  /** What the broker says of every connection. */
  connection: Connection = null;

  private constructor(world: World) {
    this.world = world;
    this.directory = new DynamoDirectory(world.table);
  }

  static async start(): Promise<Branches> {
    return new Branches(await startWorld());
  }

  async clear(): Promise<void> {
    this.connection = null;
    await this.world.clear();
  }

  apply(event: PresenceEvent): Promise<PresenceResult> {
    return applyPresence(
      this.directory,
      event,
      async () => undefined,
      async () => this.connection,
    );
  }

  greet(site: string, hello: Hello, now: number): Promise<PresenceResult> {
    return this.apply({ tenant: 'acme', site, kind: 'hello', at: now, body: base64(hello) });
  }

  async connected(site = 'casa'): Promise<boolean | undefined> {
    return (await this.directory.site('acme', site))?.connected;
  }

  async ids(): Promise<string[]> {
    return (await this.directory.devices('acme')).map(({ id }) => id);
  }
}
