// Punches: of one terminal, and of all of them.
import { attendanceFilter } from '../attendance/range.ts';
import { attendanceAll } from '../rest/attendance.ts';
import { runCommand } from '../rest/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { MOST_ROWS } from '../rest/size.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler({
  attendanceList: (call) => {
    const { limit, cursor } = call.query;
    const args = { ...attendanceFilter(call.query), limit, cursor };
    return runCommand(commandPorts(call.principal), call, args, { smaller: { ...args, limit: MOST_ROWS } });
  },

  attendanceAll: (call) => attendanceAll(commandPorts(call.principal), call),
});
