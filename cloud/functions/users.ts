// Users of a terminal: list, read, create, update, delete, restore, fingers.
import { enrolment } from '../commands/present.ts';
import { MOST_ROWS } from '../commands/request.ts';
import { runCommand } from '../commands/run.ts';
import { locator } from '../directory/locate.ts';
import { httpHandler } from '../rest/handler.ts';
import { services } from '../services.ts';

function userId(call: { readonly params: Readonly<Record<string, string>> }): string {
  return call.params.user_id ?? '';
}

export const handler = httpHandler({
  userList: (call) => {
    const smaller = { ...call.query, limit: MOST_ROWS };
    return runCommand(services(), call, { args: call.query, smaller, locate: locator(services(), call) });
  },

  userGet: (call) =>
    runCommand(services(), call, {
      args: { user_id: userId(call), ...call.query },
      locate: locator(services(), call),
    }),

  userCreate: (call) => {
    const { user_id, ...fields } = call.body;
    const args = { mode: 'create' as const, user_id, fields, ...call.query };
    return runCommand(services(), call, { args, locate: locator(services(), call) });
  },

  userUpdate: (call) => {
    const args = { mode: 'update' as const, user_id: userId(call), fields: call.body, ...call.query };
    return runCommand(services(), call, { args, locate: locator(services(), call) });
  },

  userDelete: (call) =>
    runCommand(services(), call, {
      args: { user_id: userId(call), ...call.query },
      locate: locator(services(), call),
    }),

  userRestore: (call) =>
    runCommand(services(), call, {
      args: { user_id: userId(call), ...call.query },
      locate: locator(services(), call),
    }),

  fingerList: (call) =>
    runCommand(services(), call, {
      args: { user_id: userId(call), ...call.query },
      locate: locator(services(), call),
    }),

  fingerEnroll: (call) =>
    runCommand(services(), call, {
      args: { user_id: userId(call), ...call.body },
      locate: locator(services(), call),
      begun: enrolment(userId(call), call.params.device_id ?? '', call.body.finger_index, call.language),
    }),
});
