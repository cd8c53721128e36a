// Debian's Mosquitto as a second broker: mutual TLS, one client id per certificate, an ACL made of the IoT policy.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentStatements } from '../../infra/cdk/testing/policies.ts';
import { synthesized } from '../../infra/cdk/testing/synth.ts';
import type { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { writePrivate } from '../../infra/local/data-dir.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';

const MOSQUITTO = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';
/** Null if Mosquitto is installed, else the sentence for the skipped tests. */
export const missing = existsSync(MOSQUITTO)
  ? null
  : `Mosquitto is missing: 'apt-get install mosquitto', or set MOSQUITTO to its path`;

const START_MS = 5000;
const ACCESS: Readonly<Record<string, string>> = {
  'iot:Publish': 'write',
  'iot:Subscribe': 'read',
  'iot:Receive': 'read',
};

/**
 * The lines of Mosquitto's ACL that say what the synthesized IoT policy says of one site. Mosquitto's own variables
 * cannot tell tenant from site, so they are filled in here.
 */
export function aclOf(at: SiteAddress): string {
  const own: Readonly<Record<string, string>> = {
    'iot:Connection.Thing.ThingName': clientIdOf(at.tenant, at.site),
    'iot:Connection.Thing.Attributes[tenant]': at.tenant,
    'iot:Connection.Thing.Attributes[site]': at.site,
  };
  const lines = agentStatements(synthesized()).flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => {
      const access = ACCESS[action];
      if (access === undefined) return [];
      return [Resource].flat().map((arn) => {
        const filled = arn.replace(/\$\{([^}]+)\}/g, (_, name: string) => own[name] ?? 'unknown');
        const topic = filled.replace(/^[^/]*\//, '').replaceAll('*', '+');
        return `topic ${access} ${topic}`;
      });
    }),
  );
  return [`user ${own['iot:Connection.Thing.ThingName']}`, ...new Set(lines), ''].join('\n');
}

export class Mosquitto {
  readonly port: number;
  readonly #config: string;
  readonly #log: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, config: string, log: string) {
    this.port = port;
    this.#config = config;
    this.#log = log;
  }

  /** @param acl the whole ACL file */
  static async start(folder: string, authority: LocalAuthority, acl: string): Promise<Mosquitto> {
    mkdirSync(folder, { recursive: true });
    const server = await authority.issueServer();
    const file = (name: string, content: string): string => {
      writePrivate(join(folder, name), content);
      return join(folder, name);
    };
    const port = await freePort();
    const config = file(
      'mosquitto.conf',
      [
        // Started by root it would switch to a user that may not read this folder.
        ...(process.getuid?.() === 0 ? ['user root'] : []),
        `listener ${port} 127.0.0.1`,
        `cafile ${file('ca.pem', authority.rootPem)}`,
        `certfile ${file('server.crt', server.pem)}`,
        `keyfile ${file('server.key', server.keyPem)}`,
        'require_certificate true',
        'use_identity_as_username true',
        // The client id is the name in the certificate, as the policy of iot:Connect has it.
        'use_username_as_clientid true',
        'allow_anonymous false',
        `acl_file ${file('acl', acl)}`,
        'persistence true',
        `persistence_location ${folder}/`,
        'set_tcp_nodelay true',
        '',
      ].join('\n'),
    );
    const broker = new Mosquitto(port, config, join(folder, 'mosquitto.log'));
    await broker.run();
    return broker;
  }

  /** Starts it, again after `stop`: with the sessions and messages that it had. */
  async run(): Promise<void> {
    const log = openSync(this.#log, 'a');
    this.#child = spawn(MOSQUITTO, ['-c', this.#config], { stdio: ['ignore', log, log] });
    const deadline = Date.now() + START_MS;
    while (!(await isOpen(this.port))) {
      if (Date.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`mosquitto does not run: see ${this.#log}`);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connectTcp(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
