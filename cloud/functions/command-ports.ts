// What the commanding functions work with, put together once per container.
import type { Principal } from '../../shared/api/principal.ts';
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { DynamoClaims } from '../commands/dynamo-claims.ts';
import { DynamoLedger } from '../commands/dynamo-ledger.ts';
import { Idempotency } from '../commands/idempotency.ts';
import { IotSender } from '../commands/iot-sender.ts';
import type { CommandPorts } from '../commands/ports.ts';
import { DynamoEraser } from '../commands/purge.ts';
import { storeConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { visibleDirectory } from '../directory/visible.ts';
import { tableNamed } from '../store/client.ts';
import { auditWitness } from './audit-ports.ts';

let made: CommandPorts | null = null;

function make(): CommandPorts {
  const { tableName, secret } = storeConfig();
  const table = tableNamed(tableName);
  return {
    directory: new DynamoDirectory(table),
    ledger: new DynamoLedger(table),
    eraser: new DynamoEraser(table, systemClock),
    sender: new IotSender(iotClient(), systemClock),
    idempotency: new Idempotency(new DynamoClaims(table), secret, systemClock),
    witness: auditWitness,
    clock: systemClock,
  };
}

/** For who asks: the directory is what this caller sees of it. */
export function commandPorts({ principal }: { readonly principal: Principal }): CommandPorts {
  made ??= make();
  return { ...made, directory: visibleDirectory(made.directory, principal) };
}
