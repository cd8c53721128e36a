// A conversation with one terminal: connect, authenticate, one exchange at a time, events apart from answers.
import { scrambleCommKey } from './comm-key.ts';
import { asked, Command, Reply } from './commands.ts';
import type { Ask, ConversationOptions, Message, TerminalEvent } from './conversation-options.ts';
import { isZkError, ZkError } from './errors.ts';
import { type Answer, Exchange, type Pending } from './exchange.ts';
import { Flood, flooded } from './flood.ts';
import { decodePayload, encodePayload, PAYLOAD_HEAD, type Payload, REPLY_IDS } from './payload.ts';
import { Repeats } from './repeats.ts';
import { openTcp } from './tcp-transport.ts';
import type { Transport } from './transport.ts';
import { openUdp } from './udp-transport.ts';

export type {
  Ask,
  ConversationOptions,
  Message,
  RequestOptions,
  Requests,
  TerminalEvent,
} from './conversation-options.ts';

const EVENT_REPLY_ID = 0;
const CLOSE_WITHIN_MS = 1000;
/** Bytes that a 1504 may ask for, unless the terminal has refused that many. */
const LARGEST_CHUNK = { tcp: 65472, udp: 16384 } as const;
const EXPECT_OK: readonly number[] = [Reply.ok];

export class Conversation {
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #queue: Pending[] = [];
  readonly #repeats = new Repeats();
  readonly #flood = new Flood();
  readonly #eventListeners = new Set<(event: TerminalEvent) => void>();
  readonly #closedListeners = new Set<(reason: ZkError | null) => void>();
  #current: Pending | null = null;
  #session = 0;
  #replyId = REPLY_IDS - 1;
  #open = true;
  #askedForKey = false;
  /** Most bytes that one 1504 may ask for; fewer once the terminal has refused that many. */
  largestChunk: number;
  #closing: Promise<void> | null = null;
  #closedBy: ZkError | null = null;

  private constructor(transport: Transport, timeoutMs: number) {
    this.#transport = transport;
    this.#timeoutMs = timeoutMs;
    this.largestChunk = LARGEST_CHUNK[transport.kind];
    transport.listen({
      onPayload: (bytes) => this.#onPayload(bytes),
      onPartial: () => this.#current?.alive(),
      onClosed: (reason) => this.#end(reason),
    });
  }

  /**
   * Connects (1000) and authenticates (1102) where the terminal asks for it, which some do even for key 0.
   * @throws ZkError `unreachable`, `timeout`, `closed`, `auth`, `withheld`, `refused`, `protocol`, `aborted`; never with `sent`.
   */
  static async open(options: ConversationOptions, signal?: AbortSignal): Promise<Conversation> {
    const { host, port, timeoutMs } = options;
    const openTransport = options.transport === 'tcp' ? openTcp : openUdp;
    const transport = await openTransport({ host, port, timeoutMs, signal });
    const conversation = new Conversation(transport, timeoutMs);
    try {
      await conversation.#shakeHands(options, signal);
      return conversation;
    } catch (error) {
      conversation.destroy();
      if (!isZkError(error)) throw error;
      // A handshake changes nothing, so it never counts as sent.
      const { problem, reply, cause } = error;
      // UDP learns only now that nobody listens there.
      const code = error.code === 'closed' && transport.kind === 'udp' ? 'unreachable' : error.code;
      throw new ZkError(code, error.asked, { problem, reply, cause, sent: false });
    }
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** True if the terminal asked for the comm key before it would talk. */
  get askedForKey(): boolean {
    return this.#askedForKey;
  }

  /** Milliseconds that one exchange may take. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** The number that the terminal gave this conversation. */
  get session(): number {
    return this.#session;
  }

  get transport(): 'tcp' | 'udp' {
    return this.#transport.kind;
  }

  /**
   * One exchange; requests wait for their turn. The answer's data may be a view of a larger buffer.
   * @throws ZkError `refused` if the terminal answers another code than expected: the conversation goes on.
   * After `timeout`, `protocol` and an abort under way it is destroyed: a late answer must never be taken for another's.
   */
  request(message: Message): Promise<{ command: number; data: Buffer }> {
    const expect = message.expect ?? EXPECT_OK;
    return this.ask({
      command: message.command,
      data: message.data,
      asked: message.asked,
      timeoutMs: message.timeoutMs,
      signal: message.signal,
      resend: message.idempotent,
      read: ({ command, data }) => {
        if (expect.includes(command)) return { done: true, value: { command, data } };
        throw new ZkError('refused', message.asked, { reply: command, sent: true });
      },
    });
  }

  /** One exchange whose answer may be many frames: the question's reader says when it is whole. */
  ask<T>(question: Ask<T>): Promise<T> {
    if (!this.#open || this.#closing !== null) return Promise.reject(this.#closedError(question.asked));
    if (question.signal?.aborted) {
      return Promise.reject(new ZkError('aborted', question.asked, { cause: question.signal.reason }));
    }
    return new Promise<T>((resolve, reject) => {
      const exchange = new Exchange<T>(
        {
          ...question,
          timeoutMs: question.timeoutMs ?? this.#timeoutMs,
          resend: question.resend === true && this.#transport.kind === 'udp',
        },
        resolve,
        reject,
        (fatal) => this.#onSettled(exchange, fatal),
      );
      this.#queue.push(exchange);
      this.#next();
    });
  }

  /** Events that the terminal sends by itself. They are acknowledged before the listener sees them. */
  onEvent(listener: (event: TerminalEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Called once when it is over, with the reason, or null if it was ended here; at once if it is over already. */
  onClosed(listener: (reason: ZkError | null) => void): () => void {
    if (!this.#open) {
      queueMicrotask(() => listener(this.#closedBy));
      return () => {};
    }
    this.#closedListeners.add(listener);
    return () => this.#closedListeners.delete(listener);
  }

  /** Says goodbye (1001) after what is under way, waits at most a second in all, and lets go. Never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#sayGoodbye();
    return this.#closing;
  }

  /** Ends it at once: what is under way or waiting is rejected with `closed`. */
  destroy(): void {
    this.#end(null);
  }

  async #shakeHands(options: ConversationOptions, signal: AbortSignal | undefined): Promise<void> {
    const askedAt = performance.now();
    const first = await this.#askFreely(Command.connect, asked('connect'), undefined, signal);
    // Each repeat of a connect may have got a session of its own: the last one is the terminal's.
    const hello = await this.#repeats.lastAnswer(first, performance.now() - askedAt, signal);
    this.#session = hello.session;
    if (hello.command === Reply.ok) return;
    if (hello.command !== Reply.unauthorized) {
      throw new ZkError('refused', asked('connect'), { reply: hello.command });
    }
    this.#askedForKey = true;
    if ((await options.mayAuthenticate?.(this)) === false) {
      throw new ZkError('withheld', asked('authenticate'));
    }
    const proof = scrambleCommKey(options.commKey, hello.session);
    const answer = await this.#askFreely(Command.authenticate, asked('authenticate'), proof, signal);
    if (answer.command !== Reply.ok)
      throw new ZkError('auth', asked('authenticate'), { reply: answer.command });
  }

  /** An exchange in which every code is an answer. */
  #askFreely(command: number, words: string, data?: Buffer, signal?: AbortSignal): Promise<Answer> {
    return this.ask({
      command,
      data,
      asked: words,
      signal,
      resend: true,
      read: (answer) => ({ done: true, value: answer }),
    });
  }

  async #sayGoodbye(): Promise<void> {
    const limit = setTimeout(() => this.destroy(), CLOSE_WITHIN_MS);
    try {
      await this.request({ command: Command.exit, asked: asked('exit'), timeoutMs: CLOSE_WITHIN_MS });
      this.#session = 0;
    } catch {
      // Silent, cut or refused: it is over in any case.
    } finally {
      clearTimeout(limit);
      this.destroy();
    }
  }

  #next(): void {
    if (this.#current !== null || !this.#open) return;
    const exchange = this.#queue.shift();
    if (exchange === undefined) return;
    this.#current = exchange;
    this.#replyId = (this.#replyId + 1) % REPLY_IDS;
    const { command, data } = exchange;
    const payload = encodePayload({ command, session: this.#session, replyId: this.#replyId, data });
    this.#repeats.begin();
    exchange.start(() => {
      this.#repeats.sent();
      this.#transport.send(payload);
    });
  }

  #onSettled(exchange: Pending, fatal: ZkError | null): void {
    if (this.#current === exchange) this.#current = null;
    else {
      const at = this.#queue.indexOf(exchange);
      if (at >= 0) this.#queue.splice(at, 1);
    }
    if (fatal !== null) this.#end(fatal);
    this.#next();
  }

  #onPayload(bytes: Buffer): void {
    // A datagram too short for a head is noise; over TCP the frame decoder has refused it.
    const payload = bytes.length < PAYLOAD_HEAD ? null : decodePayload(bytes);
    const isEvent = payload?.command === Command.registerEvents;
    const answers =
      payload !== null && !isEvent && payload.replyId === this.#replyId && this.#current !== null;
    const isBearable = answers
      ? this.#flood.answer(payload.command === Command.data ? payload.data.length : null)
      : this.#flood.stray(bytes.length);
    if (!isBearable) return this.#end(flooded(payload?.command));
    if (payload === null) return;
    // Events first: their reply id may be that of the exchange under way.
    if (isEvent) this.#onEventFrame(payload);
    else if (payload.replyId !== this.#replyId) return;
    else if (this.#current === null) this.#repeats.late(payload);
    else this.#current.accept(payload);
  }

  #onEventFrame({ session: code, data }: Payload): void {
    this.#transport.send(
      encodePayload({ command: Reply.ok, session: this.#session, replyId: EVENT_REPLY_ID }),
    );
    for (const listener of this.#eventListeners) {
      try {
        listener({ code, data });
      } catch (cause) {
        this.#end(new ZkError('protocol', 'event', { problem: 'its listener failed', cause }));
      }
    }
  }

  #end(reason: ZkError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closedBy = reason;
    // Over UDP nothing else tells the terminal that its one place for a client is free again.
    this.#transport.destroy(this.#session === 0 ? undefined : this.#exitPayload());
    const details =
      reason === null ? {} : { problem: reason.problem, trouble: reason.trouble, cause: reason };
    this.#current?.fail(reason?.code === 'protocol' ? 'protocol' : 'closed', details);
    for (const waiting of this.#queue.splice(0)) waiting.fail('closed', details);
    this.#eventListeners.clear();
    const listeners = [...this.#closedListeners];
    this.#closedListeners.clear();
    for (const listener of listeners) listener(reason);
  }

  #exitPayload(): Buffer {
    const replyId = (this.#replyId + 1) % REPLY_IDS;
    return encodePayload({ command: Command.exit, session: this.#session, replyId });
  }

  #closedError(words: string): ZkError {
    return new ZkError('closed', words, this.#closedBy === null ? {} : { cause: this.#closedBy });
  }
}
