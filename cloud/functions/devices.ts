// The terminals themselves: list, register, change, forget, ping, info, clock.
import { commandHandlers } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { deviceHandlers } from '../rest/routes/devices.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler({ ...commandHandlers('devices'), ...deviceHandlers }, commandPorts);
