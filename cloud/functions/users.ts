// Users of a terminal, their fingers, and identifiers with limits: list, read, create, update, delete, restore, enrol.
import { commandHandlers } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { identifierHandlers } from '../rest/routes/identifiers.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler({ ...commandHandlers('users'), ...identifierHandlers }, commandPorts);
