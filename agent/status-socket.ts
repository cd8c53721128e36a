// Where a running agent answers the doctor: one question a connection, at a socket in the data folder for its owner alone.
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { operations } from '../shared/wire/operations.ts';
import { type Status, statusSchema } from './status.ts';

/** What the terminal says of itself, or why it says nothing, as an error of the catalogue. */
const examinedSchema = z.union([
  z.object({ info: operations['device.info'].result }),
  z.object({ failure: z.object({ code: z.string(), message: z.string() }) }),
]);
export type Examined = z.infer<typeof examinedSchema>;

const questionSchema = z.union([
  z.strictObject({ ask: z.literal('status') }),
  z.strictObject({ ask: z.literal('terminal'), device: z.string().max(64) }),
]);
type Question = z.infer<typeof questionSchema>;

export interface StatusAnswers {
  status(): Status | null;
  examine(device: string): Promise<Examined>;
}

const MOST_CONNECTIONS = 16;
const LONGEST_QUESTION = 1024;
const LONGEST_ANSWER = 4 * 1024 * 1024;
/** Somebody who connects and asks nothing. */
const IDLE_MS = 60_000;

/** Windows has no sockets in folders: a pipe of a name that only this folder has. */
export function socketPath(folder: string): string {
  if (process.platform !== 'win32') return join(folder, 'status.sock');
  return `\\\\.\\pipe\\sereno-agent-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
}

/**
 * Listens until it is closed. To be called by whoever has the journal: a socket that an agent left behind is taken away.
 * `onProblem`: it cannot be had (a path that is too long); the agent works without.
 */
export function serveStatus(
  folder: string,
  answers: StatusAnswers,
  onProblem: (error: unknown) => void,
): { close(): Promise<void> } {
  const path = socketPath(folder);
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    void serve(socket, answers);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('error', onProblem);
  // The folder is the agent's alone (0700), so that nobody comes between listening and this.
  server.once('listening', () => process.platform !== 'win32' && chmodSync(path, 0o600));
  try {
    if (process.platform !== 'win32') rmSync(path, { force: true });
    server.listen(path);
  } catch (error) {
    onProblem(error);
  }
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        if (server.listening) server.close(() => resolve());
        else resolve();
      }),
  };
}

async function serve(socket: Socket, answers: StatusAnswers): Promise<void> {
  try {
    const question = questionSchema.parse(JSON.parse(await line(socket, LONGEST_QUESTION)));
    const answer = question.ask === 'status' ? answers.status() : await answers.examine(question.device);
    socket.end(`${JSON.stringify(answer)}\n`);
  } catch {
    socket.destroy();
  }
}

/** The running agent's own word on itself; null where none answers. Never throws. */
export function askStatus(folder: string, withinMs: number): Promise<Status | null> {
  return askStatusAs(statusSchema, folder, withinMs);
}

/** The same of an agent of any version, as far as `schema` understands it. Never throws. */
export async function askStatusAs<T>(
  schema: z.ZodType<T>,
  folder: string,
  withinMs: number,
): Promise<T | null> {
  const parsed = schema.safeParse(await ask(folder, { ask: 'status' }, withinMs));
  return parsed.success ? parsed.data : null;
}

/** What the running agent finds at the terminal, in its turn; null where no agent answers. Never throws. */
export async function askTerminal(
  folder: string,
  device: string,
  withinMs: number,
): Promise<Examined | null> {
  const answer = await ask(folder, { ask: 'terminal', device }, withinMs);
  return examinedSchema.nullable().catch(null).parse(answer);
}

async function ask(folder: string, question: Question, withinMs: number): Promise<unknown> {
  const path = socketPath(folder);
  let socket: Socket | null = null;
  try {
    // Whoever asks may be root: nothing but the socket itself is talked to.
    if (process.platform !== 'win32' && !lstatSync(path).isSocket()) return null;
    socket = createConnection(path);
    socket.setTimeout(withinMs, () => socket?.destroy());
    socket.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await line(socket, LONGEST_ANSWER));
  } catch {
    return null;
  } finally {
    socket?.destroy();
  }
}

/** One line, of so many bytes at most. */
function line(socket: Socket, most: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      const end = chunk.indexOf(0x0a);
      if (end >= 0) {
        chunks.push(chunk.subarray(0, end));
        resolve(Buffer.concat(chunks).toString('utf8'));
      } else if (bytes > most) reject(new Error('the line is too long'));
      else chunks.push(chunk);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed before the line was whole')));
  });
}
