// Takes certificates back in AWS IoT Core: revoked, without policy and thing, deleted, and the connection cut.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CertificateStateException,
  DeleteCertificateCommand,
  DeleteConflictException,
  DeleteThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  InvalidRequestException,
  type IoTClient,
  ListAttachedPoliciesCommand,
  ListThingPrincipalsCommand,
  ResourceNotFoundException,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';
import {
  DeleteConnectionCommand,
  type IoTDataPlaneClient,
  ResourceNotFoundException as NotConnected,
} from '@aws-sdk/client-iot-data-plane';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { log } from '../log.ts';
import type { Revoker } from './issuer.ts';

/** IoT Core needs some seconds until everybody knows that a certificate is no longer a thing's. */
const PAUSES_MS = [500, 1000, 2000];

function isAttachedStill(error: unknown): boolean {
  return (
    error instanceof DeleteConflictException ||
    error instanceof CertificateStateException ||
    error instanceof InvalidRequestException
  );
}

function certificateOf(principal: string): string {
  return principal.slice(principal.lastIndexOf('/') + 1);
}

export class AwsRevoker implements Revoker {
  readonly #control: () => IoTClient;
  readonly #data: () => IoTDataPlaneClient;
  readonly #pausesMs: readonly number[];

  /** The clients are asked for when they are needed: most hellos need neither. */
  constructor(control: () => IoTClient, data: () => IoTDataPlaneClient, pausesMs = PAUSES_MS) {
    this.#control = control;
    this.#data = data;
    this.#pausesMs = pausesMs;
  }

  async revoke(
    { tenant, site }: SiteAddress,
    isMeant: (certificateId: string) => boolean,
  ): Promise<string[]> {
    const thingName = clientIdOf(tenant, site);
    const revoked: string[] = [];
    for (const principal of await this.#principals(thingName)) {
      const certificateId = certificateOf(principal);
      if (!isMeant(certificateId)) continue;
      await this.#takeBack(thingName, principal, certificateId);
      revoked.push(certificateId);
    }
    return revoked;
  }

  /** Takes a certificate back that belongs to no thing. @param principal its ARN */
  discard(principal: string): Promise<void> {
    return this.#takeBack(null, principal, certificateOf(principal));
  }

  async #takeBack(thingName: string | null, principal: string, certificateId: string): Promise<void> {
    try {
      await this.#control().send(new UpdateCertificateCommand({ certificateId, newStatus: 'REVOKED' }));
      await this.#detachPolicies(principal);
      // Last of what matters: by its thing it is found again where this was cut off.
      if (thingName !== null) {
        await this.#control().send(new DetachThingPrincipalCommand({ thingName, principal }));
      }
    } catch (error) {
      // Deleted meanwhile, by another call that has taken it back: only those that are revoked are.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
    await this.#tidy(`certificate ${certificateId}`, () =>
      this.#control().send(new DeleteCertificateCommand({ certificateId, forceDelete: true })),
    );
  }

  async forget({ tenant, site }: SiteAddress): Promise<void> {
    const thingName = clientIdOf(tenant, site);
    await this.#tidy(`thing ${thingName}`, () => this.#control().send(new DeleteThingCommand({ thingName })));
  }

  /** A policy with a certificate can not be deleted, and neither can the stack that it belongs to. */
  async #detachPolicies(target: string): Promise<void> {
    const { policies = [] } = await this.#control().send(new ListAttachedPoliciesCommand({ target }));
    for (const { policyName } of policies) {
      await this.#control().send(new DetachPolicyCommand({ policyName, target }));
    }
  }

  /** What is left over is good for nothing: it fails nobody, and is logged. */
  async #tidy(what: string, remove: () => Promise<unknown>): Promise<void> {
    for (const pause of [...this.#pausesMs, null]) {
      try {
        await remove();
        return;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return;
        if (!isAttachedStill(error) || pause === null) {
          return log.warn('left over at the broker', { what, error: (error as Error).name });
        }
        await sleep(pause);
      }
    }
  }

  /** IoT Core ends connections of a revoked certificate too, but only within minutes. */
  async disconnect({ tenant, site }: SiteAddress): Promise<void> {
    try {
      await this.#data().send(new DeleteConnectionCommand({ clientId: clientIdOf(tenant, site) }));
    } catch (error) {
      if (!(error instanceof NotConnected)) throw error;
    }
  }

  async certificates({ tenant, site }: SiteAddress): Promise<string[]> {
    return (await this.#principals(clientIdOf(tenant, site))).map(certificateOf);
  }

  async #principals(thingName: string): Promise<string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    try {
      do {
        const page = await this.#control().send(new ListThingPrincipalsCommand({ thingName, nextToken }));
        found.push(...(page.principals ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
    } catch (error) {
      // A site that never had an agent has no thing.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
    return found;
  }
}
