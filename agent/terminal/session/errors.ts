// Turns failures of the protocol into errors of the catalogue that name the device.
import { type Applied, type ErrorCode, SerenoError } from '../../../shared/errors.ts';
import type { Phrase } from '../../../shared/words.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { commandAsked } from '../../zk/commands.ts';
import { isDeclined, ZkError } from '../../zk/errors.ts';

/**
 * The error a caller sees for `error` on `device`. `applied` is what is known about the change asked for:
 * `no` unless a write had been sent.
 */
export function toSerenoError(error: unknown, device: DeviceSettings, applied: Applied = 'no'): SerenoError {
  if (error instanceof SerenoError) return error;
  if (!(error instanceof ZkError)) return new SerenoError('internal', { applied, cause: error });
  const options = { applied, cause: error };
  switch (error.code) {
    case 'refused':
      return new SerenoError('device_refused', {
        ...options,
        params: { device: device.id, asked: askedOf(error), reply: error.reply ?? 0 },
      });
    case 'auth':
      return new SerenoError('comm_key_refused', { ...options, params: { device: device.id } });
    case 'protocol':
      return new SerenoError('device_protocol', {
        ...options,
        params: { device: device.id, problem: `@answer_${error.trouble}`, asked: askedOf(error) },
      });
    case 'unfit':
      return new SerenoError('unsupported', {
        ...options,
        params: { device: device.id, what: '@value_unfit' },
      });
    default:
      return unreachable(device, error, applied);
  }
}

/** Why there was no connection, by the error codes of the operating system. */
const NO_CONNECTION: Readonly<Record<string, ErrorCode>> = {
  EHOSTUNREACH: 'device_no_route',
  ENETUNREACH: 'device_no_route',
  EHOSTDOWN: 'device_no_route',
  ENETDOWN: 'device_no_route',
  ECONNREFUSED: 'device_port_closed',
  ENOTFOUND: 'device_name_unknown',
  EAI_AGAIN: 'device_name_unknown',
};

/** The error for a conversation that could not be opened: how the terminal, or the network before it, declined. */
export function toOpeningError(error: unknown, device: DeviceSettings): SerenoError {
  const params = addressOf(device);
  // It accepted the connection and hung up before it said who it is. Over UDP there is no connection.
  if (error instanceof ZkError && error.code === 'closed' && device.transport === 'tcp') {
    return new SerenoError('device_hung_up', { params, cause: error });
  }
  const code =
    error instanceof ZkError && error.code === 'unreachable' ? NO_CONNECTION[systemCode(error)] : undefined;
  return code === undefined ? toSerenoError(error, device) : new SerenoError(code, { params, cause: error });
}

function systemCode({ cause }: ZkError): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** What was asked, in words for people; some failures are of something else than a command. */
function askedOf(error: ZkError): Phrase {
  const name = commandAsked(error.asked);
  return name === null ? '@asked_other' : `@asked_${name}`;
}

/** The terminal does not answer. */
export function unreachable(device: DeviceSettings, cause: unknown, applied: Applied = 'no'): SerenoError {
  return new SerenoError('device_unreachable', { params: addressOf(device), applied, cause });
}

function addressOf({ id, host, port }: DeviceSettings) {
  return { address: `${host}:${port}`, ip: host, device: id };
}

/** True if asking again is useless: the terminal has shown that its answer is too large or never ends. */
export function isHopeless(error: unknown): boolean {
  return error instanceof ZkError && error.code === 'protocol' && error.trouble !== 'garbled';
}

/** True if the conversation is over, so that whatever was under way is in doubt. */
export function isBroken(error: unknown): boolean {
  return error instanceof ZkError && !isDeclined(error);
}
