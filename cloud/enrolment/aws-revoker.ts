// Takes certificates back in AWS IoT Core: revoked, no longer the thing's, and the connection cut.
import {
  DetachThingPrincipalCommand,
  type IoTClient,
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
import type { Revoker } from './issuer.ts';

function certificateOf(principal: string): string {
  return principal.slice(principal.lastIndexOf('/') + 1);
}

export class AwsRevoker implements Revoker {
  readonly #control: () => IoTClient;
  readonly #data: () => IoTDataPlaneClient;

  /** The clients are asked for when they are needed: most hellos need neither. */
  constructor(control: () => IoTClient, data: () => IoTDataPlaneClient) {
    this.#control = control;
    this.#data = data;
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
      await this.#control().send(new UpdateCertificateCommand({ certificateId, newStatus: 'REVOKED' }));
      await this.#control().send(new DetachThingPrincipalCommand({ thingName, principal }));
      revoked.push(certificateId);
    }
    return revoked;
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
