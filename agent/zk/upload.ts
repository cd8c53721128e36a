// What is sent to a terminal in pieces: announced (1500), then 1501 by 1501.
import { Command } from './commands.ts';

/** Datagrams stay below the MTU, and no known terminal refuses pieces of this size. */
export const UPLOAD_PIECE = 1024;

/** One exchange of an upload. @throws ZkError */
export type AskWith = (command: number, data?: Buffer) => Promise<unknown>;

/** Uploads `bytes` in pieces of at most `most`; the terminal keeps them until it is told what they are. @throws ZkError */
export async function sendPieces(ask: AskWith, bytes: Buffer, most: number): Promise<void> {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length, 0);
  await ask(Command.prepareData, size);
  for (let at = 0; at < bytes.length; at += most) await ask(Command.data, bytes.subarray(at, at + most));
}
