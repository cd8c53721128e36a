// The one table of routes that end in a command: how each is asked, and the 200 body that is made of its result.
import { fingerName } from '../../../shared/domain/user.ts';
import type { Language } from '../../../shared/words.ts';
import { attendanceFilter } from '../../attendance/range.ts';
import type { Action } from '../../commands/actions.ts';
import { discover } from '../../commands/discovery.ts';
import type { CommandRow } from '../../commands/ledger.ts';
import { createDevice, deleteDevice, updateDevice } from '../../commands/registration.ts';
import type { Directory } from '../../directory/directory.ts';
import { message } from '../answer/messages.ts';
import { MOST_ROWS } from '../answer/size.ts';
import { deviceView, foundView } from '../answer/views.ts';
import type { CommandRoute } from './command-route.ts';

async function registered(directory: Directory, { tenant, device }: CommandRow, language: Language) {
  const row = await directory.device(tenant, device);
  if (row === null) return null;
  return { row, view: deviceView(row, await directory.site(tenant, row.site), language) };
}

/** What `enroll-finger` says of an enrolment that has begun. */
function enrolmentBegun(userId: string, device: string, fingerIndex: number, language: Language): object {
  return {
    message: message('fingerEnroll', language, {}),
    data: {
      user_id: userId,
      device_id: device,
      finger_index: fingerIndex,
      finger_name: fingerName(fingerIndex, language),
    },
  };
}

export const commandRoutes: { readonly [A in Action]: CommandRoute<A> } = {
  userList: {
    smaller: (args) => ({ ...args, limit: MOST_ROWS }),
    present: ({ total, as_of, data, next_cursor }, { device }) => ({
      total,
      as_of,
      data: data.map((user) => ({ ...user, device_id: device })),
      ...(next_cursor === undefined ? {} : { next_cursor }),
    }),
  },
  userGet: {
    present: ({ user }, { device }) => ({ data: { ...user, device_id: device } }),
  },
  userCreate: {
    args: ({ body: { user_id, ...fields }, query }) => ({ mode: 'create', user_id, fields, ...query }),
    present: ({ user_id, name }, { device }, language) => ({
      message: message('userCreate', language, {}),
      data: { user_id, name, device_id: device },
    }),
  },
  userUpdate: {
    args: ({ params, body, query }) => ({
      mode: 'update',
      user_id: params.user_id ?? '',
      fields: body,
      ...query,
    }),
    present: ({ user_id }, _command, language) => ({
      message: message('userUpdate', language, { user_id }),
    }),
  },
  userDelete: {
    present: ({ user_id }, _command, language) => ({
      message: message('userDelete', language, { user_id }),
    }),
  },
  userRestore: {
    present: ({ user_id, fingers }, _command, language) => ({
      message: message('userRestore', language, { user_id }),
      data: { user_id, fingers },
    }),
  },
  fingerList: {
    present: ({ data }, _command, language) => ({
      data: data.map(({ finger_index, size }) => ({
        finger_index,
        finger_name: fingerName(finger_index, language),
        size,
      })),
    }),
  },
  fingerEnroll: {
    begun: ({ params, body, language }) =>
      enrolmentBegun(params.user_id ?? '', params.device_id ?? '', body.finger_index, language),
    // An enrolment may be over before anybody saw that it had begun.
    present: ({ user_id, finger_index }, { id, device }, language) => ({
      ...enrolmentBegun(user_id, device, finger_index, language),
      operation_id: id,
    }),
  },
  // Numbers are in no row, and so in no operation.
  identifierPut: { present: ({ infos }) => ({ infos }) },
  identifierDelete: { present: ({ infos }) => ({ infos }) },
  identifierReset: { present: ({ infos }) => ({ infos }) },
  identifierList: { present: () => ({}) },
  wiegandGet: { present: (wiegand) => wiegand },
  wiegandPut: { present: (wiegand) => wiegand },
  attendanceList: {
    args: ({ query }) => ({ ...attendanceFilter(query), limit: query.limit, cursor: query.cursor }),
    smaller: (args) => ({ ...args, limit: MOST_ROWS }),
    present: ({ total, as_of, skipped, data, next_cursor }, { device, deviceName }) => ({
      total,
      as_of,
      skipped,
      data: data.map((punch) => ({ ...punch, device_id: device, device_name: deviceName })),
      ...(next_cursor === undefined ? {} : { next_cursor }),
    }),
  },
  deviceCreate: {
    ask: (ports, asking, { body }) => createDevice(ports, asking, body),
    present: async (_result, command, language, directory) => {
      const found = await registered(directory, command, language);
      return {
        message: message('deviceCreate', language, { device: command.device }),
        ...(found === null ? {} : { data: found.view }),
      };
    },
  },
  deviceUpdate: {
    ask: (ports, asking, { params, body }) => updateDevice(ports, asking, params.device_id ?? '', body),
    present: async (_result, command, language, directory) => {
      const found = await registered(directory, command, language);
      return {
        message: message('deviceUpdate', language, { device: command.device }),
        ...(found === null
          ? {}
          : { data: { ...found.view, updated_at: new Date(found.row.updatedAt).toISOString() } }),
      };
    },
  },
  deviceDelete: {
    ask: (ports, asking, { params }) => deleteDevice(ports, asking, params.device_id ?? ''),
    present: (_result, { device }, language) => ({
      message: message('deviceDelete', language, { device }),
    }),
  },
  deviceSettings: {
    present: ({ host, has_comm_key, id, name, source, ...settings }) => ({
      data: { id, name, ip: host, source, has_password: has_comm_key, ...settings },
    }),
  },
  siteDiscover: {
    ask: (ports, asking, { params, query }) => discover(ports, asking, params.site ?? '', query),
    present: ({ found, ...rest }) => ({ ...rest, data: found.map(foundView) }),
  },
  devicePing: {
    present: ({ device_time, ip }, { device }, language) => ({
      message: message('devicePing', language, { device }),
      device_time,
      ip,
    }),
  },
  deviceInfo: {
    present: (result, { device, deviceName }) => ({ data: { id: device, name: deviceName, ...result } }),
  },
  deviceSyncTime: {
    present: (_result, { device }, language) => ({
      message: message('deviceSyncTime', language, { device }),
    }),
  },
};
