// The 200 body of every route that ends in a command, made of the operation's result.
import { fingerName } from '../../../shared/domain/user.ts';
import { operations, type ResultOf } from '../../../shared/wire/operations.ts';
import type { Language } from '../../../shared/words.ts';
import { type Action, actions, isAction, type OperationOf } from '../../commands/actions.ts';
import type { CommandRow } from '../../commands/ledger.ts';
import type { Directory } from '../../directory/directory.ts';
import { message } from '../answer/messages.ts';
import { deviceView } from '../answer/views.ts';

type Presenter<A extends Action> = (
  result: ResultOf<OperationOf<A>>,
  command: CommandRow,
  language: Language,
  directory: Directory,
) => object | Promise<object>;

async function registered(directory: Directory, { tenant, device }: CommandRow, language: Language) {
  const row = await directory.device(tenant, device);
  if (row === null) return null;
  return { row, view: deviceView(row, await directory.site(tenant, row.site), language) };
}

const presenters: { readonly [A in Action]: Presenter<A> } = {
  userList: ({ total, as_of, data, next_cursor }, { device }) => ({
    total,
    as_of,
    data: data.map((user) => ({ ...user, device_id: device })),
    ...(next_cursor === undefined ? {} : { next_cursor }),
  }),
  userGet: ({ user }, { device }) => ({ data: { ...user, device_id: device } }),
  userCreate: ({ user_id, name }, { device }, language) => ({
    message: message('user_created', language, {}),
    data: { user_id, name, device_id: device },
  }),
  userUpdate: ({ user_id }, _command, language) => ({
    message: message('user_updated', language, { user_id }),
  }),
  userDelete: ({ user_id }, _command, language) => ({
    message: message('user_deleted', language, { user_id }),
  }),
  userRestore: ({ user_id, fingers }, _command, language) => ({
    message: message('user_restored', language, { user_id }),
    data: { user_id, fingers },
  }),
  fingerList: ({ data }, _command, language) => ({
    data: data.map(({ finger_index, size }) => ({
      finger_index,
      finger_name: fingerName(finger_index, language),
      size,
    })),
  }),
  // Numbers are in no row, and so in no operation.
  identifierPut: ({ infos }) => ({ infos }),
  identifierDelete: ({ infos }) => ({ infos }),
  identifierReset: ({ infos }) => ({ infos }),
  identifierList: () => ({}),
  wiegandGet: (wiegand) => wiegand,
  wiegandPut: (wiegand) => wiegand,
  // An enrolment may be over before anybody saw that it had begun.
  fingerEnroll: ({ user_id, finger_index }, { id, device }, language) => ({
    ...enrolmentBegun(user_id, device, finger_index, language),
    operation_id: id,
  }),
  attendanceList: ({ total, as_of, skipped, data, next_cursor }, { device, deviceName }) => ({
    total,
    as_of,
    skipped,
    data: data.map((punch) => ({ ...punch, device_id: device, device_name: deviceName })),
    ...(next_cursor === undefined ? {} : { next_cursor }),
  }),
  deviceCreate: async (_result, command, language, directory) => {
    const found = await registered(directory, command, language);
    return {
      message: message('device_created', language, { device: command.device }),
      ...(found === null ? {} : { data: found.view }),
    };
  },
  deviceUpdate: async (_result, command, language, directory) => {
    const found = await registered(directory, command, language);
    return {
      message: message('device_updated', language, { device: command.device }),
      ...(found === null
        ? {}
        : { data: { ...found.view, updated_at: new Date(found.row.updatedAt).toISOString() } }),
    };
  },
  deviceDelete: (_result, { device }, language) => ({
    message: message('device_deleted', language, { device }),
  }),
  devicePing: ({ device_time, ip }, { device }, language) => ({
    message: message('device_answers', language, { device }),
    device_time,
    ip,
  }),
  deviceInfo: (result, { device, deviceName }) => ({ data: { id: device, name: deviceName, ...result } }),
  deviceSyncTime: (_result, { device }, language) => ({ message: message('time_set', language, { device }) }),
};

/** What `enroll-finger` says of an enrolment that has begun. */
export function enrolmentBegun(
  userId: string,
  device: string,
  fingerIndex: number,
  language: Language,
): object {
  return {
    message: message('enrolment_begun', language, {}),
    data: {
      user_id: userId,
      device_id: device,
      finger_index: fingerIndex,
      finger_name: fingerName(fingerIndex, language),
    },
  };
}

/**
 * The body of a command's 200 without `success`, or null if the agent's result does not match the contract.
 */
export async function present(
  command: CommandRow,
  data: unknown,
  directory: Directory,
  language: Language,
): Promise<object | null> {
  const { route } = command;
  if (!isAction(route)) return null;
  const result = operations[actions[route]].result.safeParse(data);
  if (!result.success) return null;
  // The table's own type ties each presenter to the result of its route's operation.
  return (presenters[route] as Presenter<Action>)(result.data as never, command, language, directory);
}
