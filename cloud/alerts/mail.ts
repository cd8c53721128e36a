// Mail over SMTP: one message to one address on one connection, which ends within a time whatever the server does.
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailConfig } from '../config.ts';
import type { NoticeError } from './notices.ts';

export interface Mail {
  /** The same for each try: whoever gets it twice can tell. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Why a server did not take a mail; `isFinal`: trying again helps nothing. */
export interface MailFailure {
  readonly error: NoticeError;
  readonly isFinal: boolean;
}

const ATTEMPT_MS = 10_000;

/** The address alone, of `Somebody <a@b.c>` too: what stands around it could be anything. */
export function bareAddress(text: string): string {
  return (/<([^<>]+)>\s*$/.exec(text)?.[1] ?? text).trim();
}

/** No mail program answers it, and no line of it comes from outside. */
function composed({ from }: MailConfig, { id, at, to, subject, text }: Mail): Promise<Buffer> {
  const domain = bareAddress(from).split('@')[1] ?? 'sereno';
  const mail = new MailComposer({
    from,
    to: { name: '', address: to },
    subject: subject.replace(/[\p{C}\p{Z}]+/gu, ' '),
    text,
    date: new Date(at),
    messageId: `<${id}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  });
  return mail.compile().build();
}

class TimedOut extends Error {}

interface SmtpError extends Error {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly command?: string | undefined;
}

function failureOf(error: SmtpError): MailFailure {
  if (error instanceof TimedOut || error.code === 'ETIMEDOUT') return { error: 'timeout', isFinal: false };
  if (error.code === 'EAUTH') return { error: 'login_refused', isFinal: false };
  const { responseCode = 0, command = '' } = error;
  // Refused before it was asked: an address that this server's protocol cannot name.
  if (responseCode === 0 && error.code === 'EENVELOPE') return { error: 'refused', isFinal: true };
  if (responseCode === 0) return { error: 'unreachable', isFinal: false };
  // A refused sender is a matter of settings, which can be put right; a refused address or message is not.
  return { error: 'refused', isFinal: responseCode >= 500 && ['RCPT TO', 'DATA'].includes(command) };
}

const SECURITY = {
  tls: { secure: true },
  starttls: { secure: false, requireTLS: true },
  none: { secure: false, ignoreTLS: true },
} as const satisfies Record<MailConfig['security'], object>;

export class Mailer {
  readonly #config: MailConfig;
  readonly #attemptMs: number;

  constructor(config: MailConfig, attemptMs = ATTEMPT_MS) {
    this.#config = config;
    this.#attemptMs = attemptMs;
  }

  /** Null once the server has taken it. Never throws: what went wrong is told, never what was sent. */
  async send(mail: Mail): Promise<MailFailure | null> {
    const to = bareAddress(mail.to);
    const message = await composed(this.#config, { ...mail, to });
    const { host, port, security, ca } = this.#config;
    const connection = new SMTPConnection({
      host,
      port,
      ...SECURITY[security],
      tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
      connectionTimeout: this.#attemptMs,
      greetingTimeout: this.#attemptMs,
      socketTimeout: this.#attemptMs,
      socketCloseTimeout: 0,
    });
    try {
      await this.#conversation(connection, to, message);
      return null;
    } catch (error) {
      return failureOf(error as SmtpError);
    } finally {
      connection.close();
    }
  }

  #conversation(connection: SMTPConnection, to: string, message: Buffer): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new TimedOut()), this.#attemptMs);
    // It may speak up after everything is over, too.
    connection.on('error', reject);
    connection.on('end', () => reject(new Error('the server has hung up')));
    const { user, password, from } = this.#config;
    const send = (): void =>
      connection.send({ from: bareAddress(from), to: [to] }, message, (error) =>
        error === null ? resolve() : reject(error),
      );
    connection.connect((error) => {
      if (error !== undefined && error !== null) return reject(error);
      if (user === undefined) return send();
      connection.login({ user, pass: password }, (failed) => (failed === null ? send() : reject(failed)));
    });
    return promise.finally(() => clearTimeout(timer));
  }
}
