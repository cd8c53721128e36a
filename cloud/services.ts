// What the commanding functions work with, put together once per container.
import { iotClient } from './clients.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Dispatcher } from './commands/dispatch.ts';
import { DynamoClaims } from './commands/dynamo-claims.ts';
import { DynamoLedger } from './commands/dynamo-ledger.ts';
import { Idempotency } from './commands/idempotency.ts';
import { IotDispatcher } from './commands/iot-dispatcher.ts';
import type { Ledger } from './commands/ledger.ts';
import { DynamoEraser, type Eraser } from './commands/purge.ts';
import { storeConfig } from './config.ts';
import type { Directory } from './directory/directory.ts';
import { DynamoDirectory } from './directory/dynamo-directory.ts';
import { tableNamed } from './store/client.ts';

export interface Services {
  readonly directory: Directory;
  readonly ledger: Ledger;
  readonly eraser: Eraser;
  readonly dispatcher: Dispatcher;
  readonly idempotency: Idempotency;
  readonly clock: Clock;
}

let made: Services | null = null;

function make(): Services {
  const { tableName, secret } = storeConfig();
  const table = tableNamed(tableName);
  return {
    directory: new DynamoDirectory(table),
    ledger: new DynamoLedger(table),
    eraser: new DynamoEraser(table, systemClock),
    dispatcher: new IotDispatcher(iotClient(), systemClock),
    idempotency: new Idempotency(new DynamoClaims(table), secret, systemClock),
    clock: systemClock,
  };
}

export function services(): Services {
  made ??= make();
  return made;
}
