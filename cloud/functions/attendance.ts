// Punches: of one terminal, and of all of them.
import { attendanceOfAll } from '../attendance/all.ts';
import { attendanceFilter } from '../attendance/range.ts';
import { MOST_ROWS } from '../commands/request.ts';
import { runCommand } from '../commands/run.ts';
import { locator } from '../directory/locate.ts';
import { ok } from '../rest/answer.ts';
import { httpHandler } from '../rest/handler.ts';
import { services } from '../services.ts';

export const handler = httpHandler({
  attendanceList: (call) => {
    const { limit, cursor } = call.query;
    const args = { ...attendanceFilter(call.query), limit, cursor };
    const smaller = { ...args, limit: MOST_ROWS };
    return runCommand(services(), call, { args, smaller, locate: locator(services(), call) });
  },

  attendanceAll: async (call) => ok(await attendanceOfAll(services(), call)),
});
