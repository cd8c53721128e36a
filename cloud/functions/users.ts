// Users of a terminal: list, read, create, update, delete, restore, fingers, identifiers with limits.

import { MOST_ROWS } from '../rest/answer/size.ts';
import { runCommand } from '../rest/commands/command.ts';
import { enrolmentBegun } from '../rest/commands/present.ts';
import { httpHandler } from '../rest/handler.ts';
import {
  identifierDelete,
  identifierList,
  identifierPut,
  identifierReset,
} from '../rest/routes/identifiers.ts';
import { commandPorts } from './command-ports.ts';

function userId(call: { readonly params: Readonly<Record<string, string>> }): string {
  return call.params.user_id ?? '';
}

export const handler = httpHandler({
  userList: (call) =>
    runCommand(commandPorts(call.principal), call, call.query, {
      smaller: { ...call.query, limit: MOST_ROWS },
    }),

  userGet: (call) => runCommand(commandPorts(call.principal), call, { user_id: userId(call), ...call.query }),

  userCreate: (call) => {
    const { user_id, ...fields } = call.body;
    return runCommand(commandPorts(call.principal), call, { mode: 'create', user_id, fields, ...call.query });
  },

  userUpdate: (call) => {
    const args = { mode: 'update' as const, user_id: userId(call), fields: call.body, ...call.query };
    return runCommand(commandPorts(call.principal), call, args);
  },

  userDelete: (call) =>
    runCommand(commandPorts(call.principal), call, { user_id: userId(call), ...call.query }),

  userRestore: (call) =>
    runCommand(commandPorts(call.principal), call, { user_id: userId(call), ...call.query }),

  fingerList: (call) =>
    runCommand(commandPorts(call.principal), call, { user_id: userId(call), ...call.query }),

  identifierPut: (call) => identifierPut(commandPorts(call.principal), call),
  identifierList: (call) => identifierList(commandPorts(call.principal), call),
  identifierDelete: (call) => identifierDelete(commandPorts(call.principal), call),
  identifierReset: (call) => identifierReset(commandPorts(call.principal), call),
  wiegandGet: (call) => runCommand(commandPorts(call.principal), call, {}),
  wiegandPut: (call) => runCommand(commandPorts(call.principal), call, call.body),

  fingerEnroll: (call) => {
    const { finger_index } = call.body;
    const begun = enrolmentBegun(userId(call), call.params.device_id ?? '', finger_index, call.language);
    return runCommand(commandPorts(call.principal), call, { user_id: userId(call), ...call.body }, { begun });
  },
});
