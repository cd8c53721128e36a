// One user: write (an upsert by uid, whoever is there), delete, and clear everything.
import { admissionRefusal } from '../admission.ts';
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Command, Reply } from '../protocol.ts';

function writeUser(exchange: Exchange): Answer {
  const refusal = admissionRefusal(exchange, [exchange.data]);
  if (refusal !== null) return refuse(refusal);
  exchange.device.state.putUser(exchange.data, 'protocol');
  return answer();
}

function deleteUser({ device, data }: Exchange): Answer {
  if (data.length < 2) return refuse(Reply.badData);
  return device.state.deleteUser(data.readUInt16LE(), 'protocol') ? answer() : refuse();
}

function clearData({ device }: Exchange): Answer {
  device.state.clearUsers('protocol');
  return answer();
}

export const userBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.writeUser, { name: 'write user', writes: 'users', run: writeUser }],
  [Command.deleteUser, { name: 'delete user', writes: 'users', run: deleteUser }],
  [Command.clearData, { name: 'clear data', writes: 'users', run: clearData }],
];
