// The 200 body of every route that ends in a command, made of the operation's result.
import { fingerName } from '../../shared/domain/user.ts';
import { operations, type ResultOf } from '../../shared/wire/operations.ts';
import type { Directory } from '../directory/directory.ts';
import { deviceView } from '../directory/rows.ts';
import type { CommandRow } from './ledger.ts';
import { type CommandRoute, isCommandRoute, type OperationOf, routeOperations } from './routes.ts';

type Presenter<N extends CommandRoute> = (
  result: ResultOf<OperationOf<N>>,
  command: CommandRow,
  directory: Directory,
) => object | Promise<object>;

async function registered(directory: Directory, { tenant, device }: CommandRow) {
  const row = await directory.device(tenant, device);
  if (row === null) return null;
  return { row, view: deviceView(row, await directory.site(tenant, row.site)) };
}

const presenters: { readonly [N in CommandRoute]: Presenter<N> } = {
  userList: ({ total, as_of, data, next_cursor }, { device }) => ({
    total,
    as_of,
    data: data.map((user) => ({ ...user, device_id: device })),
    ...(next_cursor === undefined ? {} : { next_cursor }),
  }),
  userGet: ({ user }, { device }) => ({ data: { ...user, device_id: device } }),
  userCreate: ({ user_id, name }, { device }) => ({
    message: 'Usuario registrado.',
    data: { user_id, name, device_id: device },
  }),
  userUpdate: ({ user_id }) => ({ message: `Usuario '${user_id}' actualizado.` }),
  userDelete: ({ user_id }) => ({ message: `Usuario '${user_id}' eliminado.` }),
  userRestore: ({ user_id, fingers }) => ({
    message: `Usuario '${user_id}' restaurado.`,
    data: { user_id, fingers },
  }),
  fingerList: ({ data }) => ({
    data: data.map(({ finger_index, size }) => ({
      finger_index,
      finger_name: fingerName(finger_index),
      size,
    })),
  }),
  // Somebody may be so quick that it is over before it was told to have begun.
  fingerEnroll: ({ user_id, finger_index }, { id, device }) => ({
    ...enrolment(user_id, device, finger_index),
    operation_id: id,
  }),
  attendanceList: ({ total, as_of, skipped, data, next_cursor }, { device, deviceName }) => ({
    total,
    as_of,
    skipped,
    data: data.map((punch) => ({ ...punch, device_id: device, device_name: deviceName })),
    ...(next_cursor === undefined ? {} : { next_cursor }),
  }),
  deviceCreate: async (_result, command, directory) => {
    const found = await registered(directory, command);
    return {
      message: `Dispositivo '${command.device}' registrado.`,
      ...(found === null ? {} : { data: found.view }),
    };
  },
  deviceUpdate: async (_result, command, directory) => {
    const found = await registered(directory, command);
    return {
      message: `Dispositivo '${command.device}' actualizado.`,
      ...(found === null
        ? {}
        : { data: { ...found.view, updated_at: new Date(found.row.updatedAt).toISOString() } }),
    };
  },
  deviceDelete: (_result, { device }) => ({ message: `Dispositivo '${device}' eliminado.` }),
  devicePing: ({ device_time, ip }, { device }) => ({
    message: `Conexion exitosa con '${device}'.`,
    device_time,
    ip,
  }),
  deviceInfo: (result, { device, deviceName }) => ({ data: { id: device, name: deviceName, ...result } }),
  deviceSyncTime: (_result, { device }) => ({ message: `[${device}] Hora sincronizada.` }),
};

/** What `enroll-finger` says of an enrolment that has begun. */
export function enrolment(userId: string, device: string, fingerIndex: number): object {
  return {
    message: 'Modo enrolamiento activado. El usuario debe poner el dedo 3 veces.',
    data: {
      user_id: userId,
      device_id: device,
      finger_index: fingerIndex,
      finger_name: fingerName(fingerIndex),
    },
  };
}

/**
 * The body of a command's 200 without `success`, or null where the agent's result is none of the contract's.
 */
export async function present(
  command: CommandRow,
  data: unknown,
  directory: Directory,
): Promise<object | null> {
  const { route } = command;
  if (!isCommandRoute(route)) return null;
  const result = operations[routeOperations[route]].result.safeParse(data);
  if (!result.success) return null;
  // The table's own type ties each presenter to the result of its route's operation.
  return (presenters[route] as Presenter<CommandRoute>)(result.data as never, command, directory);
}
