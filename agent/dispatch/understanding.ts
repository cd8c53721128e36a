// What a message on the command topic says, as far as this version understands it.

import * as z from 'zod';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import { type Command, commandSchema, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { isOfKind, isOperation, operations } from '../../shared/wire/operations.ts';
import type { Phrase } from '../../shared/words.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import { parseWish, type Wish } from '../terminal/writes/table.ts';
import { copiesIn } from './undo-policy.ts';

/** @throws SerenoError `rejected`: this version does not understand the command, and does not guess. */
export function checkCommand(command: Command): void {
  if (command.v !== WIRE_VERSION) throw rejected('@version_unknown', { version: command.v });
  if (!isOperation(command.op)) throw rejected('@operation_unknown', { op: command.op });
  const args = operations[command.op].args.safeParse(command.args);
  if (!args.success) {
    throw rejected('@argument_invalid', { argument: placeOf(args.error) }, args.error);
  }
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When the cloud made this id, epoch ms: a ULID begins with its time. */
export function ulidTime(id: string): number {
  return [...id.slice(0, 10)].reduce((time, character) => time * 32 + CROCKFORD.indexOf(character), 0);
}

/** A command, or the id of a message that this version does not understand as one. */
export type Received =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'foreign'; readonly id: string; readonly error: SerenoError };

/** What `payload` holds; null if it is nothing that could be answered. */
export function parseCommand(payload: Uint8Array): Received | null {
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return null;
  }
  const command = commandSchema.safeParse(message);
  if (command.success) return { kind: 'command', command: command.data };
  const named = namedSchema.safeParse(message);
  if (!named.success) return null;
  const error = rejected('@argument_invalid', { argument: placeOf(command.error) }, command.error);
  return { kind: 'foreign', id: named.data.id, error };
}

/** What every version of an envelope has. */
const namedSchema = z.object({ v: z.int(), id: commandIdSchema });

/** The write of users that a command wishes, or null if it is something else or not valid. */
export function toWish({ op, args, device = '' }: Command, undo: UndoVault): Wish | null {
  if (!isOfKind('write', op) || !operations[op].args.safeParse(args).success) return null;
  return parseWish(op, args, copiesIn(undo, device));
}

/** The user whose record a command changes; orders writes and tells them from reads. */
export function userIdOf(command: Command): string | null {
  if (!isOfKind('write', command.op)) return null;
  const args = operations[command.op].args.safeParse(command.args);
  return args.success ? args.data.user_id : null;
}

/** Where the first thing is that is not understood. */
function placeOf(error: z.ZodError): string {
  return error.issues[0]?.path.join('.') ?? '';
}

function rejected(
  reason: Phrase,
  places: Readonly<Record<string, string | number>>,
  cause?: z.ZodError,
): SerenoError {
  return new SerenoError('rejected', { params: { ...places, reason }, cause });
}
