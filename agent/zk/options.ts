// What a terminal says about itself: options by name, and the firmware.
import { asked, Command, Reply } from './commands.ts';
import type { RequestOptions, Requests } from './conversation-options.ts';
import { decodeText, untilNul } from './encoding.ts';
import { isZkError } from './errors.ts';

/**
 * Reads an option (11 `name\0` → `name=value\0`) such as `~SerialNumber`, `~Platform`, `~DeviceName`, `~PIN2Width`.
 * @returns null if the terminal does not have it.
 */
export async function readOption(
  terminal: Requests,
  name: string,
  options: RequestOptions = {},
): Promise<string | null> {
  try {
    const { data } = await terminal.request({
      command: Command.readOption,
      data: Buffer.from(`${name}\0`, 'latin1'),
      asked: `${asked('readOption')} ${name}`,
      idempotent: true,
      ...options,
    });
    return optionValue(data);
  } catch (error) {
    // Firmwares differ in the code for a missing option; only this one means that we are not let in.
    if (isZkError(error, 'refused') && error.reply !== Reply.unauthorized) return null;
    throw error;
  }
}

/** The value in `name=value\0`; the name is not compared, as firmwares answer it with and without `~`. */
export function optionValue(data: Buffer): string {
  const text = decodeText(untilNul(data), 'utf-8');
  return text.slice(text.indexOf('=') + 1).trim();
}

/** The firmware's version (1100), for example `Ver 6.60 Apr 28 2017`. */
export async function readFirmware(terminal: Requests, options: RequestOptions = {}): Promise<string> {
  const { data } = await terminal.request({
    command: Command.readFirmware,
    asked: asked('readFirmware'),
    idempotent: true,
    ...options,
  });
  return decodeText(untilNul(data), 'utf-8').trim();
}
