// The cloud's half: the real functions on the real rows and the stand-in of IoT Core's control plane, each call of which may be the last.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IoTClient } from '@aws-sdk/client-iot';
import type { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { welcome } from '../../../cloud/enrolment/arrival.ts';
import { DynamoAttempts } from '../../../cloud/enrolment/attempts.ts';
import { AwsIssuer } from '../../../cloud/enrolment/aws-issuer.ts';
import { AwsRevoker } from '../../../cloud/enrolment/aws-revoker.ts';
import { DynamoEnrolments } from '../../../cloud/enrolment/dynamo-enrolments.ts';
import { DynamoSiteAgents } from '../../../cloud/enrolment/dynamo-site-agents.ts';
import { type Enrolled, enrol } from '../../../cloud/enrolment/enrol.ts';
import { renew } from '../../../cloud/enrolment/renew.ts';
import { RenewalRefused } from '../../../cloud/enrolment/renewal-request.ts';
import { hashOf, newToken, TOKEN_MS } from '../../../cloud/enrolment/tokens.ts';
import { Killed } from '../../../cloud/events/testing/mortal.ts';
import { startWorld, type World } from '../../../cloud/testing/world.ts';
import { LocalAuthority } from '../../../infra/local/certs/authority.ts';
import { ControlPlane } from '../../../infra/local/controlplane/server.ts';
import { AGENT_POLICY } from '../../../infra/local/environment.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';

/** At which call of its ports a function dies, and whether that call is still made; 0: it lives. */
export interface Death {
  readonly at: number;
  readonly where: 'before' | 'after';
}
export const LIVES: Death = { at: 0, where: 'before' };

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const region = 'us-east-1';

/** `target`, whose caller may be killed at a call. */
function mortal<T extends object>(target: T, dies: () => 'before' | 'after' | null): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]): Promise<unknown> => {
        const death = dies();
        if (death === 'before') throw new Killed();
        const result: unknown = await Reflect.apply(member, target, given);
        if (death === 'after') throw new Killed();
        return result;
      };
    },
  });
}

export class Cloud {
  readonly authority: LocalAuthority;
  readonly world: World;
  readonly #plane: ControlPlane;
  readonly #client: IoTClient;
  readonly #folder: string;

  private constructor(
    folder: string,
    authority: LocalAuthority,
    world: World,
    plane: ControlPlane,
    client: IoTClient,
  ) {
    this.#folder = folder;
    this.authority = authority;
    this.world = world;
    this.#plane = plane;
    this.#client = client;
  }

  static async start(): Promise<Cloud> {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-renewals-'));
    const world = await startWorld();
    const authority = await LocalAuthority.open(folder);
    const plane = await ControlPlane.start({ authority, endpoint: 'localhost:1', credentials, region });
    const client = new IoTClient({ endpoint: plane.url, credentials, region, maxAttempts: 1 });
    return new Cloud(folder, authority, world, plane, client);
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#plane.stop();
    await this.world.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** True if the broker takes that certificate, for that site. */
  takes(id: string, { tenant, site }: SiteAddress): boolean {
    const owner = this.authority.registry.siteOf(id);
    return owner?.tenant === tenant && owner.site === site;
  }

  ports(death: Death = LIVES) {
    let calls = 0;
    const dies = () => {
      calls += 1;
      if (death.at === 0 || calls < death.at) return null;
      return calls === death.at ? death.where : 'before';
    };
    const table = mortal(this.world.table, dies);
    const client = mortal(this.#client, dies);
    const data = () => ({ send: async () => ({}) }) as unknown as IoTDataPlaneClient;
    return {
      agents: new DynamoSiteAgents(table),
      enrolments: new DynamoEnrolments(table),
      attempts: new DynamoAttempts(table, () => Date.now()),
      issuer: new AwsIssuer(client, { policyName: AGENT_POLICY, thingType: 'agent' }),
      revoker: new AwsRevoker(() => client, data, [1]),
      audited: <T>(_at: SiteAddress, work: () => Promise<T>) => work(),
      rootCa: this.authority.rootPem,
      days: 365,
      now: () => Date.now(),
    };
  }

  /** A request for the next certificate; null where it is refused. @throws Killed */
  async renew(at: SiteAddress, certificate: string, body: string, death: Death): Promise<string | null> {
    try {
      const event = { kind: 'renewal', ...at, at: Date.now(), body, certificate } as const;
      return (await renew(this.ports(death), event)).pem;
    } catch (error) {
      if (error instanceof RenewalRefused) return null;
      throw error;
    }
  }

  /** @throws Killed */
  async hello(at: SiteAddress, certificate: string, death: Death): Promise<void> {
    const { agents, revoker } = this.ports(death);
    await welcome(agents, revoker, { ...at, kind: 'hello', certificate });
  }

  /** What a technician gets for a token. */
  async enrol(at: SiteAddress, csr: string): Promise<Enrolled> {
    const ports = this.ports();
    const token = newToken();
    const createdAt = Date.now();
    await ports.enrolments.add(hashOf(token), { ...at, createdAt, validUntil: createdAt + TOKEN_MS });
    return enrol(ports, { token, csr, address: '127.0.0.1' });
  }
}
