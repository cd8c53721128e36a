// Punches: of one terminal, and of all of them.
import { commandHandlers } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { attendanceHandlers } from '../rest/routes/attendance.ts';
import { commandPorts } from './command-ports.ts';

export const handler = httpHandler({ ...commandHandlers('attendance'), ...attendanceHandlers }, commandPorts);
