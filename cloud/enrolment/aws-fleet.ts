// Every agent that AWS IoT Core knows of: things of the type, and certificates that have the policy and no thing.
import {
  type IoTClient,
  ListPrincipalThingsCommand,
  ListTargetsForPolicyCommand,
  ListThingsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-iot';
import * as z from 'zod';
import { clientIdOf, slugSchema } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { AwsIssuerOptions } from './aws-issuer.ts';

const thingSchema = z.object({
  thingName: z.string(),
  attributes: z.object({ tenant: slugSchema, site: slugSchema }),
});

export class AwsFleet {
  readonly #client: IoTClient;
  readonly #options: AwsIssuerOptions;

  constructor(client: IoTClient, options: AwsIssuerOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** The branches that have a thing. @throws Error for one that is not named as its attributes say */
  async sites(): Promise<SiteAddress[]> {
    const { thingType: thingTypeName } = this.#options;
    const found: SiteAddress[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#client.send(new ListThingsCommand({ thingTypeName, nextToken }));
      for (const thing of page.things ?? []) {
        const { thingName, attributes } = thingSchema.parse(thing);
        const { tenant, site } = attributes;
        if (clientIdOf(tenant, site) !== thingName) {
          throw new Error(`the thing ${thingName} says that it is ${clientIdOf(tenant, site)}`);
        }
        found.push({ tenant, site });
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  /** ARNs of certificates that hold the policy and belong to no thing: left over by a call that was cut off. */
  async strays(): Promise<string[]> {
    const strays: string[] = [];
    for (const principal of await this.#targets()) {
      const { things = [] } = await this.#client.send(new ListPrincipalThingsCommand({ principal }));
      if (things.length === 0) strays.push(principal);
    }
    return strays;
  }

  async #targets(): Promise<string[]> {
    const { policyName } = this.#options;
    const found: string[] = [];
    let marker: string | undefined;
    try {
      do {
        const page = await this.#client.send(new ListTargetsForPolicyCommand({ policyName, marker }));
        found.push(...(page.targets ?? []));
        marker = page.nextMarker;
      } while (marker !== undefined);
    } catch (error) {
      // The stack is gone already.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
    return found;
  }
}
