// Users of a terminal, their fingers, and identifiers with limits: list, read, create, update, delete, restore, enrol; and many at once.
import { commandHandlers } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { batchHandlers } from '../rest/routes/batches.ts';
import { identifierHandlers } from '../rest/routes/identifiers.ts';
import { batchPorts } from './job-ports.ts';

export const handler = httpHandler(
  { ...commandHandlers('users'), ...identifierHandlers, ...batchHandlers },
  batchPorts,
);
