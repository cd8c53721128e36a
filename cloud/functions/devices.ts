// The terminals themselves: list, register, change, forget, ping, info, clock.
import { runCommand } from '../commands/run.ts';
import { deviceList } from '../directory/list.ts';
import { locator } from '../directory/locate.ts';
import { createDevice, deleteDevice, updateDevice } from '../directory/registration.ts';
import { ok } from '../rest/answer.ts';
import { httpHandler } from '../rest/handler.ts';
import { services } from '../services.ts';

export const handler = httpHandler({
  deviceList: async ({ principal, query, language }) =>
    ok(await deviceList(services().directory, principal.tenant, query, language)),
  deviceCreate: (call) => createDevice(services(), call),
  deviceUpdate: (call) => updateDevice(services(), call),
  deviceDelete: (call) => deleteDevice(services(), call),
  devicePing: (call) => runCommand(services(), call, { args: {}, locate: locator(services(), call) }),
  deviceInfo: (call) => runCommand(services(), call, { args: {}, locate: locator(services(), call) }),
  deviceSyncTime: (call) => runCommand(services(), call, { args: {}, locate: locator(services(), call) }),
});
