// Fingerprint templates: the set of all, one by one, and putting one back.
import { asked, Command, Reply } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { DataRun } from './data-run.ts';
import { readDatagramAnswer } from './datagram-set.ts';
import { isZkError, tolerateRefusal, ZkError } from './errors.ts';
import { fixedText } from './fields.ts';
import { type AskWith, sendPieces, UPLOAD_PIECE } from './upload.ts';
import type { UserWidth } from './user-layout.ts';

export interface FingerTemplate {
  readonly uid: number;
  /** 0–9. */
  readonly finger: number;
  /** 0 invalid, 1 valid, 3 duress. */
  readonly flag: number;
  /** The bytes that only terminals understand, a copy. */
  readonly template: Buffer;
}

const HEAD = 6;
/** One template is some 500 to 1,700 bytes; its size is a u16 on the wire. */
const MAX_TEMPLATE = 0xffff;
/** Codes of a terminal that does not know a command. */
const UNKNOWN_COMMAND: readonly (number | undefined)[] = [Reply.unknown, Reply.errorCommand];

/**
 * All templates of a set: u16 size (head included), u16 uid, u8 finger, u8 flag, bytes.
 * @throws ZkError `protocol` if a size points beyond the set.
 */
export function decodeTemplates(set: Buffer): FingerTemplate[] {
  const templates: FingerTemplate[] = [];
  let at = 0;
  while (at < set.length) {
    const size = set.length - at < HEAD ? 0 : set.readUInt16LE(at);
    if (size < HEAD || at + size > set.length) {
      throw new ZkError('protocol', 'template set', { problem: `no template of ${size} bytes at ${at}` });
    }
    templates.push({
      uid: set.readUInt16LE(at + 2),
      finger: set.readUInt8(at + 4),
      flag: set.readUInt8(at + 5),
      template: Buffer.from(set.subarray(at + HEAD, at + size)),
    });
    at += size;
  }
  return templates;
}

/** One template (88, or 9 on terminals that do not know it); null if the slot is empty, or holds no bytes. */
export async function readTemplate(
  conversation: Conversation,
  uid: number,
  finger: number,
  options: RequestOptions = {},
): Promise<Buffer | null> {
  const slot = Buffer.alloc(3);
  slot.writeUInt16LE(uid, 0);
  slot.writeUInt8(finger, 2);
  try {
    return unlessEmpty(withoutTail(await readBytes(conversation, Command.readTemplate, slot, options)));
  } catch (error) {
    if (isZkError(error, 'refused') && error.reply === Reply.error) return null;
    if (!isZkError(error, 'refused') || !UNKNOWN_COMMAND.includes(error.reply)) throw error;
  }
  try {
    return unlessEmpty(await readBytes(conversation, Command.readUsers, slot, options));
  } catch (error) {
    if (isZkError(error, 'refused') && error.reply === Reply.error) return null;
    throw error;
  }
}

/** A template without bytes identifies no finger, and no terminal accepts one. */
function unlessEmpty(template: Buffer): Buffer | null {
  return template.length === 0 ? null : template;
}

/** The answer to 88 ends with a byte that is not the template's, and perhaps six zeros before it. */
export function withoutTail(data: Buffer): Buffer {
  const body = data.subarray(0, Math.max(0, data.length - 1));
  const padding = body.length >= 6 && body.subarray(-6).every((byte) => byte === 0);
  return Buffer.from(padding ? body.subarray(0, -6) : body);
}

/**
 * Puts a template into an empty slot of an existing user: 1500, 1501, 119, 87, 1502. 1013 is due afterwards.
 * @throws ZkError `unfit` for one that no terminal takes; `refused` if the slot is taken or the user is not there; its `sent` is true from the first byte.
 */
export async function uploadTemplate(
  conversation: Conversation,
  { uid, finger, flag, template }: FingerTemplate,
  options: RequestOptions = {},
): Promise<void> {
  const words = asked('writeTemplate');
  if (template.length === 0 || template.length > MAX_TEMPLATE) {
    throw new ZkError('unfit', words, { problem: `a template of ${template.length} bytes` });
  }
  const ask = (command: number, data?: Buffer) =>
    conversation.request({ command, data, asked: words, ...options });
  try {
    await sendTemplate(ask, template, conversation.transport);
    // The terminal's own checksum of the data; not every firmware knows this command.
    await tolerateRefusal(ask(Command.checkBuffer));
    const slot = Buffer.alloc(6);
    slot.writeUInt16LE(uid, 0);
    slot.writeUInt8(finger, 2);
    slot.writeUInt8(flag, 3);
    slot.writeUInt16LE(template.length, 4);
    await ask(Command.writeTemplate, slot);
  } finally {
    // In any case the terminal gets its buffer back; a failure here must not hide the first one.
    if (conversation.isOpen) await ask(Command.freeData).catch(() => {});
  }
}

/** Over TCP in one piece, as the vendor's software does it; to a terminal that refuses that, in small ones. */
async function sendTemplate(ask: AskWith, template: Buffer, transport: 'tcp' | 'udp'): Promise<void> {
  if (transport === 'tcp') {
    try {
      return await sendPieces(ask, template, MAX_TEMPLATE);
    } catch (error) {
      if (!isZkError(error, 'refused') || template.length <= UPLOAD_PIECE) throw error;
      await tolerateRefusal(ask(Command.freeData));
    }
  }
  await sendPieces(ask, template, UPLOAD_PIECE);
}

/**
 * Deletes one finger: 134 by user_id on 72-byte terminals, where 19 may delete all fingers; 19 by uid on 28-byte ones.
 * 1013 is due afterwards.
 */
export async function deleteFinger(
  conversation: Conversation,
  slot: { readonly width: UserWidth; readonly uid: number; readonly userId: string; readonly finger: number },
  options: RequestOptions = {},
): Promise<void> {
  if (slot.width === 72) {
    const data = Buffer.concat([fixedText(slot.userId, 24, 'user_id'), Buffer.from([slot.finger])]);
    await conversation.request({
      command: Command.deleteFinger,
      data,
      asked: asked('deleteFinger'),
      ...options,
    });
    return;
  }
  const data = Buffer.alloc(3);
  data.writeUInt16LE(slot.uid, 0);
  data.writeUInt8(slot.finger, 2);
  await conversation.request({
    command: Command.deleteTemplate,
    data,
    asked: asked('deleteTemplate'),
    ...options,
  });
}

/** @throws ZkError also `protocol` where datagrams were lost again and again */
async function readBytes(
  conversation: Conversation,
  command: number,
  data: Buffer,
  options: RequestOptions,
): Promise<Buffer> {
  const question = {
    command,
    data,
    asked: asked('readTemplate'),
    progressive: true,
    resend: true,
    ...options,
  };
  if (conversation.transport === 'tcp') {
    const run = new DataRun({ asked: question.asked, maxBytes: MAX_TEMPLATE });
    return await conversation.ask({ ...question, read: (answer) => run.accept(answer) });
  }
  return await readDatagramAnswer(conversation, question, MAX_TEMPLATE);
}
