// Many users at once (110): their records are uploaded in pieces, and stored by one last word.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { tolerateRefusal } from './errors.ts';
import { sendPieces, UPLOAD_PIECE } from './upload.ts';

/** What stands before every record. */
const RECORD_MARK = Buffer.from([2]);
/** What is to be stored, as the vendor's software asks for it: u32 12, u16 0, u16 8. */
const WORD = Buffer.from('0c00000000000800', 'hex');

/**
 * The upload that stores `records`: u32 bytes of the users, of a table of fingers and of their templates, both empty here;
 * then a byte 2 and the record of each user. Source: field captures of the vendor's software.
 */
export function encodeUsers(records: readonly Buffer[]): Buffer {
  const users = Buffer.concat(records.flatMap((record) => [RECORD_MARK, record]));
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(users.length, 0);
  return Buffer.concat([sizes, users]);
}

/**
 * Hands the terminal an upload of `encodeUsers`. Nothing is stored before the last word, so the terminal need not be disabled
 * for it; 1502 takes it back.
 * @throws ZkError
 */
export async function uploadUsers(
  conversation: Conversation,
  upload: Buffer,
  options: RequestOptions = {},
): Promise<void> {
  const ask = (command: number, data?: Buffer) =>
    conversation.request({ command, data, asked: asked('writeUsers'), ...options });
  await forgetUpload(conversation, options);
  await sendPieces(ask, upload, UPLOAD_PIECE);
}

/** Takes back what was uploaded and is not to be stored. @throws ZkError if the conversation breaks */
export async function forgetUpload(conversation: Conversation, options: RequestOptions = {}): Promise<void> {
  await tolerateRefusal(
    conversation.request({ command: Command.freeData, asked: asked('freeData'), ...options }),
  );
}

/**
 * Stores what was uploaded (110), each record an upsert by uid as with 8. Known on TCP and on terminals with 72-byte records
 * only. What a refusal or an acknowledgement of it is worth only the table shows. 1013 is due afterwards.
 * @throws ZkError `refused` by a terminal that does not know it, or does not take one of them
 */
export async function storeUploaded(conversation: Conversation, options: RequestOptions = {}): Promise<void> {
  await conversation.request({
    command: Command.writeUsers,
    data: WORD,
    asked: asked('writeUsers'),
    ...options,
  });
}
