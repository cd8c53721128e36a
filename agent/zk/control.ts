// Locking and unlocking a terminal's keypad, and telling it that its tables have changed.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { isZkError } from './errors.ts';

/**
 * Disables keypad and sensors (1003): for `seconds` at most, or until enabled with null. A terminal that refuses the
 * seconds gets the plain form.
 * @returns Whether the terminal took the seconds. Some take them and ignore them; that cannot be told from here.
 */
export async function disable(
  conversation: Conversation,
  seconds: number | null,
  options: RequestOptions = {},
): Promise<{ readonly timed: boolean }> {
  const message = { command: Command.disable, asked: asked('disable'), ...options };
  if (seconds !== null) {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(seconds, 0);
    try {
      await conversation.request({ ...message, data });
      return { timed: true };
    } catch (error) {
      if (!isZkError(error, 'refused')) throw error;
    }
  }
  await conversation.request(message);
  return { timed: false };
}

/** Enables the terminal again (1002). */
export async function enable(conversation: Conversation, options: RequestOptions = {}): Promise<void> {
  await conversation.request({ command: Command.enable, asked: asked('enable'), ...options });
}

/** Makes the terminal use its changed tables (1013); due after every kind of write. */
export async function refreshData(conversation: Conversation, options: RequestOptions = {}): Promise<void> {
  await conversation.request({ command: Command.refreshData, asked: asked('refreshData'), ...options });
}
