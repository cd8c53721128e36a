// Settings of the mail server: understood, or refused by name without a value of them.
import { expect, test } from 'vitest';
import { mailOf, mailTroubles } from './config.ts';

const good = { SMTP_HOST: 'mail.example.com', MAIL_FROM: 'Sereno <avisos@example.com>' };
const login = { SMTP_USER: 'sereno', SMTP_PASSWORD: 'not-to-be-told' };

test.each([
  [{}, 587],
  [{ SMTP_SECURITY: 'tls' }, 465],
  [{ SMTP_SECURITY: 'none' }, 25],
  [{ SMTP_PORT: '2525' }, 2525],
])('with %j mail goes to port %d', (more, port) => {
  expect(mailOf({ ...good, ...more })).toMatchObject({ host: 'mail.example.com', port });
});

test.each(['localhost', '192.168.1.9', 'mail.example.com'])('a mail server may be %s', (host) => {
  expect(mailOf({ ...good, SMTP_HOST: host })).toMatchObject({ host });
});

test('without a host there is no mail server, whatever else is set', () => {
  expect(mailOf({ ...login, MAIL_FROM: 'x' })).toBeNull();
  expect(mailTroubles({ SMTP_HOST: '', SMTP_PORT: 'x' })).toEqual([]);
});

test.each<[Record<string, string | undefined>, string]>([
  [{ MAIL_FROM: undefined }, 'MAIL_FROM: whom mail is from'],
  [{ MAIL_FROM: 'sereno' }, 'MAIL_FROM: an e-mail address, Name <address> too'],
  [{ SMTP_HOST: 'not a host' }, 'SMTP_HOST: a host name'],
  [{ SMTP_PORT: 'smtp' }, 'SMTP_PORT: a port'],
  [{ SMTP_SECURITY: 'ssl' }, 'SMTP_SECURITY: one of starttls, tls, none'],
  [{ SMTP_USER: 'sereno' }, 'SMTP_PASSWORD: a user and a password, or neither'],
  [{ ...login, SMTP_SECURITY: 'none' }, 'SMTP_SECURITY: no password goes over a line that is not encrypted'],
  [{ ...login, SMTP_CA: '/etc/ca.pem' }, 'SMTP_CA: a certificate, PEM'],
])('%j is refused by name', (more, sentence) => {
  const troubles = mailTroubles({ ...good, ...more });
  expect(troubles).toEqual([sentence]);
  expect(troubles.join()).not.toContain('not-to-be-told');
});
