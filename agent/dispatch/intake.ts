// What a message on the command topic asks, as far as this version understands it: parsed here and nowhere else.
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import { type Command, commandSchema, UNPACKED_BYTES, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { isOfKind, type OperationOfKind } from '../../shared/wire/operations.ts';
import type { Phrase } from '../../shared/words.ts';
import type { Origin } from '../journal/rows.ts';
import type { UndoVault } from '../journal/undo-vault.ts';
import type { Result } from '../result.ts';
import { type TerminalAsk, type TerminalWrite, terminalCommand } from '../terminal/commands.ts';
import { bind, type Handlers } from './handlers.ts';
import { copiesIn } from './undo-policy.ts';

interface Journalled {
  readonly command: Command;
  readonly origin: Origin;
}
export interface WriteRequest extends TerminalWrite, Journalled {}
export interface AskRequest extends TerminalAsk, Journalled {}
/** Kinds of operations on what the agent keeps by itself. */
export type OwnKind = 'own' | 'batch' | 'rule' | 'recall' | 'survey';
const OWN_KINDS: readonly OwnKind[] = ['own', 'batch', 'rule', 'recall', 'survey'];
/** What goes into the journal before it is done. */
export type Request =
  | WriteRequest
  | AskRequest
  /** A change of, or a question about, what the agent keeps by itself. */
  | ({ readonly kind: 'own'; readonly run: () => Promise<Result> } & Journalled)
  /** This version does not understand it, and does not guess. */
  | ({ readonly kind: 'rejected'; readonly error: SerenoError } & Journalled);

/** What is answered at once, without the journal: an inquiry about a command, or news from the cloud. */
export type AtOnce = ({ readonly kind: 'inquiry' } | { readonly kind: 'word' }) & {
  readonly command: Command;
  /** @throws SerenoError */
  readonly answer: () => object;
};

/** A message with an id that is no command as this version knows them. */
export interface Foreign {
  readonly kind: 'foreign';
  readonly id: string;
  readonly error: SerenoError;
}

export interface IntakePorts {
  readonly undo: UndoVault;
  readonly own: Handlers<OwnKind, Promise<Result>>;
  readonly inquiries: Handlers<'inquiry', object>;
  readonly words: Handlers<'word', void>;
}

/** What every version of an envelope has. */
const namedSchema = z.object({ v: z.int(), id: commandIdSchema });

export class Intake {
  readonly #ports: IntakePorts;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  /** What `payload` asks; null if it is nothing that could be answered. */
  read(payload: Uint8Array): Request | AtOnce | Foreign | null {
    let message: unknown;
    try {
      message = JSON.parse(Buffer.from(payload).toString('utf8'));
    } catch {
      return null;
    }
    const command = commandSchema.safeParse(message);
    if (command.success) {
      const whole = unpacked(command.data);
      return this.#atOnce(whole) ?? this.request(whole);
    }
    const named = namedSchema.safeParse(message);
    return named.success ? { kind: 'foreign', id: named.data.id, error: invalid(command.error) } : null;
  }

  /** What a command asks that is to be journalled, or was. */
  request(command: Command, origin: Origin = 'command'): Request {
    try {
      return this.#understood(command, origin);
    } catch (error) {
      return { kind: 'rejected', command, origin, error: rejectionOf(error) };
    }
  }

  #understood(command: Command, origin: Origin): Request {
    const { op, args, device = '' } = command;
    mustBeOfThisVersion(command);
    const asked = terminalCommand(op, args, copiesIn(this.#ports.undo, device));
    if (asked !== null) return { ...asked, command, origin };
    if (isOwn(op)) {
      return { kind: 'own', command, origin, run: bind(this.#ports.own, op, command) };
    }
    throw rejected('@operation_unknown', { op });
  }

  /** One of those is answered at once even if it is not understood. */
  #atOnce(command: Command): AtOnce | null {
    const { op } = command;
    const { inquiries, words } = this.#ports;
    try {
      if (isOfKind('inquiry', op)) {
        mustBeOfThisVersion(command);
        return { kind: 'inquiry', command, answer: bind(inquiries, op, command) };
      }
      if (isOfKind('word', op)) {
        mustBeOfThisVersion(command);
        const heed = bind(words, op, command);
        const answer = () => {
          heed();
          return {};
        };
        return { kind: 'word', command, answer };
      }
      return null;
    } catch (error) {
      const answer = () => {
        throw rejectionOf(error);
      };
      return { kind: 'inquiry', command, answer };
    }
  }
}

function isOwn(op: string): op is OperationOfKind<OwnKind> {
  return OWN_KINDS.some((kind) => isOfKind(kind, op));
}

/** The command with its arguments as they are; those that cannot be unpacked are none that any operation takes. */
function unpacked({ packed, ...command }: Command): Command {
  if (packed === undefined) return command;
  try {
    const text = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: UNPACKED_BYTES });
    return { ...command, args: JSON.parse(text.toString('utf8')) };
  } catch {
    return { ...command, args: null };
  }
}

/** @throws SerenoError `rejected` */
function mustBeOfThisVersion({ v }: Command): void {
  if (v !== WIRE_VERSION) throw rejected('@version_unknown', { version: v });
}

function rejectionOf(error: unknown): SerenoError {
  if (error instanceof z.ZodError) return invalid(error);
  if (error instanceof SerenoError) return error;
  throw error;
}

/** Names the place of the first part that is not understood. */
function invalid(cause: z.ZodError): SerenoError {
  return rejected('@argument_invalid', { argument: cause.issues[0]?.path.join('.') ?? '' }, cause);
}

function rejected(
  reason: Phrase,
  places: Readonly<Record<string, string | number>>,
  cause?: z.ZodError,
): SerenoError {
  return new SerenoError('rejected', { params: { ...places, reason }, cause });
}
