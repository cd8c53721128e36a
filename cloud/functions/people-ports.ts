// What the functions of people work with, put together once per container. The directory is the whole one: their rooms check rights.
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { DynamoLedger } from '../commands/dynamo-ledger.ts';
import { IotSender } from '../commands/iot-sender.ts';
import { directoryConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { Hands } from '../people/hands.ts';
import type { PeoplePorts, SpreadPorts } from '../people/ports.ts';
import { PeopleStore } from '../people/store.ts';
import { tableNamed } from '../store/client.ts';
import { secretBox } from './secret-box.ts';

/** What needs no secret, nor anybody to talk to. */
export function spreadPorts(): SpreadPorts {
  const table = tableNamed(directoryConfig().tableName);
  return {
    people: new PeopleStore(table),
    hands: new Hands(table),
    directory: new DynamoDirectory(table),
    clock: systemClock,
  };
}

let made: PeoplePorts | null = null;

export function peoplePorts(): PeoplePorts {
  made ??= {
    ...spreadPorts(),
    box: secretBox(),
    ledger: new DynamoLedger(tableNamed(directoryConfig().tableName)),
    sender: new IotSender(iotClient(), systemClock),
  };
  return made;
}
