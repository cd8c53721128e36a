// Whether an agent's connection stands, asked of the broker itself.
import {
  GetConnectionCommand,
  type IoTDataPlaneClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-iot-data-plane';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { log } from '../log.ts';

/** What the broker says of a connection; null: it could not be asked. */
export type Connection =
  | { readonly connected: true }
  /** Epoch ms of its end, which the broker knows for half an hour. */
  | { readonly connected: false; readonly since: number | null }
  | null;

export type AskBroker = (at: SiteAddress) => Promise<Connection>;

/** Asks AWS IoT Core. Source: API reference of the IoT data plane, "GetConnection". */
export function brokerOf(client: () => IoTDataPlaneClient): AskBroker {
  return async ({ tenant, site }) => {
    try {
      const clientId = clientIdOf(tenant, site);
      const { connected, disconnectedSince } = await client().send(new GetConnectionCommand({ clientId }));
      if (connected === true) return { connected };
      return connected === false ? { connected, since: disconnectedSince ?? null } : null;
    } catch (error) {
      // One that it has never seen, or that left long ago.
      if (error instanceof ResourceNotFoundException) return { connected: false, since: null };
      log.warn('broker not asked', { tenant, site, error: (error as Error).name });
      return null;
    }
  };
}
