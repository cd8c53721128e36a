// What a terminal says of itself: its words for serial number, name, platform and firmware.
import type { Conversation } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { readFirmware, readOption } from '../../zk/options.ts';

/** The words of a terminal about itself; empty where it has none. */
export interface Identity {
  readonly serialnumber: string;
  readonly device_name: string;
  readonly platform: string;
  readonly firmware_version: string;
}

/** @throws ZkError, but not for an option that the terminal does not have. */
export async function readIdentity(conversation: Conversation, signal?: AbortSignal): Promise<Identity> {
  const option = async (name: string) => (await readOption(conversation, name, { signal })) ?? '';
  return {
    serialnumber: await option('~SerialNumber'),
    device_name: await option('~DeviceName'),
    platform: await option('~Platform'),
    firmware_version: await firmwareOf(conversation, signal),
  };
}

/** @returns '' from a terminal that does not tell. @throws ZkError */
export async function firmwareOf(conversation: Conversation, signal?: AbortSignal): Promise<string> {
  try {
    return await readFirmware(conversation, { signal });
  } catch (error) {
    if (isZkError(error, 'refused')) return '';
    throw error;
  }
}
