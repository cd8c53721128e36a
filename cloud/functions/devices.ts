// The terminals themselves: list, register, change, forget, ping, info, clock.

import { storeConfig } from '../config.ts';
import { StateChanges } from '../events/changes.ts';
import { commandHandlers } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { deviceHandlers } from '../rest/routes/devices.ts';
import { tableNamed } from '../store/client.ts';
import { commandPorts } from './command-ports.ts';

const devicePorts = (call: Parameters<typeof commandPorts>[0]) => ({
  ...commandPorts(call),
  changes: new StateChanges(tableNamed(storeConfig().tableName)),
});

export const handler = httpHandler({ ...commandHandlers('devices'), ...deviceHandlers }, devicePorts);
