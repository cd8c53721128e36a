// Commands and their outcomes: list, look up, cancel.
import { httpHandler } from '../rest/handler.ts';
import { operationCancel, operationGet, operationList } from '../rest/routes/operations.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler({
  operationList: (call) => operationList(commandPorts(call.principal), call),
  operationGet: (call) => operationGet(commandPorts(call.principal), call),
  operationCancel: (call) => operationCancel(commandPorts(call.principal), call),
});
