// The terminals themselves: list, register, change, forget, ping, info, clock.
import { createDevice, deleteDevice, updateDevice } from '../commands/registration.ts';
import { commandAnswer, runCommand } from '../rest/commands/command.ts';
import { httpHandler } from '../rest/handler.ts';
import { deviceList } from '../rest/routes/devices.ts';
import { commandPorts } from './command-ports.ts';

function deviceId(call: { readonly params: Readonly<Record<string, string>> }): string {
  return call.params.device_id ?? '';
}

export const handler = httpHandler({
  deviceList: (call) => deviceList(commandPorts(call.principal).directory, call),

  deviceCreate: (call) =>
    commandAnswer(commandPorts(call.principal), call, (asking) =>
      createDevice(commandPorts(call.principal), asking, call.body),
    ),

  deviceUpdate: (call) =>
    commandAnswer(commandPorts(call.principal), call, (asking) =>
      updateDevice(commandPorts(call.principal), asking, deviceId(call), call.body),
    ),

  deviceDelete: (call) =>
    commandAnswer(commandPorts(call.principal), call, (asking) =>
      deleteDevice(commandPorts(call.principal), asking, deviceId(call)),
    ),

  devicePing: (call) => runCommand(commandPorts(call.principal), call, {}),
  deviceInfo: (call) => runCommand(commandPorts(call.principal), call, {}),
  deviceSyncTime: (call) => runCommand(commandPorts(call.principal), call, {}),
});
