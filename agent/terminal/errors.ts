// From failures of the protocol to errors of the catalogue, in the words of the device they concern.
import { type Applied, SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import type { DeviceSettings } from '../config/load.ts';
import { commandAsked } from '../zk/commands.ts';
import { ZkError } from '../zk/errors.ts';

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
    default:
      return unreachable(device, error, applied);
  }
}

/** What was asked, in words for people; some failures are of something else than a command. */
function askedOf(error: ZkError): Phrase {
  const name = commandAsked(error.asked);
  return name === null ? '@asked_other' : `@asked_${name}`;
}

/** The terminal does not answer. */
export function unreachable(device: DeviceSettings, cause: unknown, applied: Applied = 'no'): SerenoError {
  const params = { address: `${device.host}:${device.port}`, ip: device.host, device: device.id };
  return new SerenoError('device_unreachable', { params, applied, cause });
}

/** True if the same question would end alike: the terminal has shown that it answers without measure or end. */
export function isHopeless(error: unknown): boolean {
  return error instanceof ZkError && error.code === 'protocol' && error.trouble !== 'garbled';
}

/** True if the conversation is over, so that whatever was under way is in doubt. */
export function isBroken(error: unknown): boolean {
  return error instanceof ZkError && error.code !== 'refused';
}
