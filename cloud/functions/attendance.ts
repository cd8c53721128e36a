// Punches: of one terminal, and of all of them.
import { attendanceFilter } from '../attendance/range.ts';
import { MOST_ROWS } from '../rest/answer/size.ts';
import { runCommand } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { attendanceAll } from '../rest/routes/attendance.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler({
  attendanceList: (call) => {
    const { limit, cursor } = call.query;
    const args = { ...attendanceFilter(call.query), limit, cursor };
    return runCommand(commandPorts(call.principal), call, args, { smaller: { ...args, limit: MOST_ROWS } });
  },

  attendanceAll: (call) => attendanceAll(commandPorts(call.principal), call),
});
