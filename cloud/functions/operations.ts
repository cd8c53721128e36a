// Commands and their outcomes: list, look up, cancel.
import { httpHandler } from '../rest/handler.ts';
import { operationHandlers } from '../rest/routes/operations.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler(operationHandlers, commandPorts);
