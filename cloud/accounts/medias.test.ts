// Which addresses a media may have: what could become a line of a mail's head, or carry a login, is none.
import { expect, test } from 'vitest';
import { newUser } from './defaults.ts';
import { checkRecipients } from './medias.ts';

const user = newUser('101', 'ana');

function refusalOf(mediaTypeId: string, sendTo: string | string[]): string | null {
  try {
    checkRecipients(user, { medias: [{ mediaTypeId, sendTo }] }, '/1');
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test.each<[string, string | string[], string | null]>([
  ['1', 'ana@example.com', null],
  ['1', ['ana@example.com', 'Help Desk <help@example.com>'], null],
  ['1', 'x\r\nBcc: evil@example.com <ana@example.com>', 'sendto_email'],
  ['1', 'x\u0000 <ana@example.com>', 'sendto_email'],
  ['1', 'ana@example.com\n', 'sendto_email'],
  ['1', [], 'sendto_empty'],
  ['3', 'https://hooks.example.com/sereno?key=1', null],
  ['3', 'http://127.0.0.1:9000/', null],
  ['3', 'https://user:secret@hooks.example.com/', 'sendto_url'],
  ['3', 'https://hooks.example.com/#part', 'sendto_url'],
  ['3', 'ftp://example.com/', 'sendto_url'],
  ['3', 'https:example.com', 'sendto_url'],
  ['3', 'javascript:alert(1)', 'sendto_url'],
  ['3', 'https://', 'sendto_url'],
])('type %s with %j: %s', (type, sendTo, refusal) => {
  expect(refusalOf(type, sendTo)).toBe(refusal);
});
