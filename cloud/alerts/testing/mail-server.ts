// A real mail server that notices are handed to: it keeps what it got, wants a login over TLS, and refuses as it is told.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { LocalAuthority } from '../../../infra/local/certs/authority.ts';
import type { MailConfig } from '../../config.ts';

export interface GotMail {
  readonly to: readonly string[];
  readonly from: string;
  /** As it came over the line. */
  readonly raw: string;
  readonly login: string;
  readonly isSecure: boolean;
}

export interface MailServer {
  readonly config: MailConfig;
  readonly got: GotMail[];
  /** Every password that was tried. */
  readonly passwords: string[];
  /** Status for an address, or for a message; 0: taken. */
  refuse: (what: 'address' | 'message', value: string) => number;
  close(): Promise<void>;
}

export const MAIL_PASSWORD = 'correo-Secreto-9182';

function refusal(status: number): Error {
  return Object.assign(new Error('not here'), { responseCode: status });
}

/** A certificate for localhost, and the root that signed it. */
async function certificate(): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-mail-'));
  try {
    const authority = await LocalAuthority.open(folder);
    const { pem, keyPem } = await authority.issueServer();
    return { ca: authority.rootPem, cert: pem, key: keyPem };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function startMailServer(security: 'starttls' | 'tls' = 'starttls'): Promise<MailServer> {
  const { ca, cert, key } = await certificate();
  const server = new SMTPServer({
    secure: security === 'tls',
    key,
    cert,
    authOptional: false,
    disabledCommands: [],
    logger: false,
    onAuth({ username, password }, _session, callback) {
      mail.passwords.push(String(password));
      if (username === 'sereno' && password === MAIL_PASSWORD) callback(null, { user: username });
      else callback(refusal(535));
    },
    onRcptTo({ address }, _session, callback) {
      const status = mail.refuse('address', address);
      callback(status === 0 ? null : refusal(status));
    },
    async onData(stream, { envelope, secure, user }, callback) {
      const raw = await text(stream);
      const status = mail.refuse('message', raw);
      if (status !== 0) return callback(refusal(status));
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
      mail.got.push({
        to: envelope.rcptTo.map(({ address }) => address),
        from,
        raw,
        login: String(user),
        isSecure: secure,
      });
      callback();
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const mail: MailServer = {
    config: {
      host: 'localhost',
      port: (server.server.address() as AddressInfo).port,
      security,
      user: 'sereno',
      password: MAIL_PASSWORD,
      ca,
      from: 'Sereno <avisos@sereno.example>',
    },
    got: [],
    passwords: [],
    refuse: () => 0,
    close: () => new Promise((done) => server.close(done)),
  };
  return mail;
}
