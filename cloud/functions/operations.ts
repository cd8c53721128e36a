// Commands, batches and their outcomes: list, look up, cancel.
import type { Principal } from '../../shared/api/principal.ts';
import { httpHandler } from '../rest/handler.ts';
import { type OperationPorts, operationHandlers } from '../rest/routes/operations.ts';
import { commandPorts } from './command-ports.ts';
import { jobPorts } from './job-ports.ts';

function ports(call: { readonly principal: Principal }): OperationPorts {
  return { ...commandPorts(call), batches: jobPorts() };
}

export const handler = httpHandler(operationHandlers, ports);
