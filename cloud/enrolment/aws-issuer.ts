// Certificates by AWS IoT Core: signed inactive, tied to the site's thing, then activated.
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreateThingCommand,
  DescribeEndpointCommand,
  type IoTClient,
  ResourceAlreadyExistsException,
  UpdateCertificateCommand,
  UpdateThingCommand,
} from '@aws-sdk/client-iot';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { Certificate } from './enrolments.ts';
import type { Issuer } from './issuer.ts';

/** The endpoint whose certificate Amazon's own root signed; the others need roots that are going away. */
const ENDPOINT_TYPE = 'iot:Data-ATS';

export interface AwsIssuerOptions {
  /** Name of the policy that every agent's certificate gets. */
  readonly policyName: string;
  readonly thingType: string;
}

export class AwsIssuer implements Issuer {
  readonly #client: IoTClient;
  readonly #options: AwsIssuerOptions;

  constructor(client: IoTClient, options: AwsIssuerOptions) {
    this.#client = client;
    this.#options = options;
  }

  async sign(csr: string): Promise<Certificate> {
    const { certificateId, certificateArn, certificatePem } = await this.#client.send(
      new CreateCertificateFromCsrCommand({ certificateSigningRequest: csr, setAsActive: false }),
    );
    if (certificateId === undefined || certificateArn === undefined || certificatePem === undefined) {
      throw new Error('IoT Core answered without a certificate');
    }
    return { id: certificateId, ref: certificateArn, pem: certificatePem };
  }

  async admit(at: SiteAddress, { id, ref }: Certificate): Promise<void> {
    const thingName = await this.#thing(at);
    const { policyName } = this.#options;
    await this.#client.send(new AttachPolicyCommand({ policyName, target: ref }));
    await this.#client.send(new AttachThingPrincipalCommand({ thingName, principal: ref }));
    await this.#client.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'ACTIVE' }));
  }

  async endpoint(): Promise<string> {
    const { endpointAddress } = await this.#client.send(
      new DescribeEndpointCommand({ endpointType: ENDPOINT_TYPE }),
    );
    if (endpointAddress === undefined) throw new Error('IoT Core names no endpoint');
    return endpointAddress;
  }

  /** Makes the site's thing, or sets its attributes right: the policy of its certificates goes by them. */
  async #thing({ tenant, site }: SiteAddress): Promise<string> {
    const thing = {
      thingName: clientIdOf(tenant, site),
      thingTypeName: this.#options.thingType,
      attributePayload: { attributes: { tenant, site } },
    };
    try {
      await this.#client.send(new CreateThingCommand(thing));
    } catch (error) {
      if (!(error instanceof ResourceAlreadyExistsException)) throw error;
      await this.#client.send(new UpdateThingCommand(thing));
    }
    return thing.thingName;
  }
}
