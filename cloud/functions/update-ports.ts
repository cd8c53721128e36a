// What the functions that have to do with updates of agents work with, put together once per container.
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotSender } from '../commands/iot-sender.ts';
import { directoryConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { tableNamed } from '../store/client.ts';
import type { ReminderPorts } from '../updates/telling.ts';
import { Wishes } from '../updates/wishes.ts';

export function updatePorts(): ReminderPorts {
  const table = tableNamed(directoryConfig().tableName);
  return {
    wishes: new Wishes(table),
    sender: new IotSender(iotClient(), systemClock),
    directory: new DynamoDirectory(table),
    clock: systemClock,
  };
}
