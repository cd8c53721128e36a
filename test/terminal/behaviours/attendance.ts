// Erasing punches (15) and the operation log (33); both are read in bulk.
import { type Answer, answer, type Behaviour, type Exchange } from '../behaviour.ts';
import { Command } from '../protocol.ts';

function clearAttendance({ device }: Exchange): Answer {
  device.state.attendance.length = 0;
  device.state.refreshPending = true;
  return answer();
}

function clearOplog({ device }: Exchange): Answer {
  device.state.oplog.length = 0;
  device.state.refreshPending = true;
  return answer();
}

export const attendanceBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.clearAttendance, { name: 'clear attendance', writes: 'stored', run: clearAttendance }],
  [Command.clearOplog, { name: 'clear oplog', writes: 'stored', run: clearOplog }],
];
