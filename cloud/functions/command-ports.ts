// What the commanding functions work with, put together once per container.
import type { Principal } from '../../shared/api/principal.ts';
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { DynamoClaims } from '../commands/dynamo-claims.ts';
import { DynamoLedger } from '../commands/dynamo-ledger.ts';
import { Idempotency } from '../commands/idempotency.ts';
import { IotSender } from '../commands/iot-sender.ts';
import { CallPlace, type PlacesOptions } from '../commands/places.ts';
import type { CommandPorts } from '../commands/ports.ts';
import { DynamoEraser } from '../commands/purge.ts';
import { callsConfig, storeConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { visibleDirectory } from '../directory/visible.ts';
import { tableNamed } from '../store/client.ts';
import { auditWitness } from './audit-ports.ts';

/** What all calls of a container share. */
interface Made {
  readonly ports: Omit<CommandPorts, 'place'>;
  readonly places: Omit<PlacesOptions, 'tenant'>;
}

let made: Made | null = null;

function make(): Made {
  const { tableName, secret } = storeConfig();
  const table = tableNamed(tableName);
  return {
    ports: {
      directory: new DynamoDirectory(table),
      ledger: new DynamoLedger(table),
      eraser: new DynamoEraser(table, systemClock),
      sender: new IotSender(iotClient(), systemClock),
      idempotency: new Idempotency(new DynamoClaims(table), secret, systemClock),
      witness: auditWitness,
      clock: systemClock,
    },
    places: { table, most: callsConfig().perTenant, clock: systemClock },
  };
}

/** For one call: the directory is what this caller sees of it, and the call has one place among those that wait. */
export function commandPorts({ principal }: { readonly principal: Principal }): CommandPorts {
  made ??= make();
  const { ports, places } = made;
  return {
    ...ports,
    directory: visibleDirectory(ports.directory, principal),
    place: new CallPlace({ ...places, tenant: principal.tenant }),
  };
}
