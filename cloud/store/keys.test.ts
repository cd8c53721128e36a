// The rule's row: keys from the topic alone, bytes kept as they are.
import { expect, test } from 'vitest';
import { topics } from '../../shared/wire/topics.ts';
import { keys, replyPrefix, ruleItem } from './keys.ts';

const at = { tenant: 'acme', site: 'casa-matriz' };
const id = '01JD8000000000000000000000';

test('a reply lands beside its command, under the site that sent it', () => {
  const item = ruleItem(topics.reply(at, id, 'ok-0'), new Uint8Array([0, 255, 10]), 1_700_000_000_123);
  expect(item).toEqual({
    pk: keys.command('acme', id).pk,
    sk: 'R#casa-matriz#ok-0',
    body: 'AP8K',
    at: 1_700_000_000_123,
    expiresAt: 1_700_000_000 + 7 * 24 * 3600,
  });
  expect(item?.sk.startsWith(replyPrefix('casa-matriz'))).toBe(true);
  expect(item?.sk.startsWith(replyPrefix('casa'))).toBe(false);
});

test('progress has one row per site', () => {
  expect(ruleItem(topics.progress(at, id), Buffer.from('{}'), 0)).toMatchObject({ sk: 'P#casa-matriz' });
});

test('commands, hellos and foreign topics make no row', () => {
  for (const topic of [
    topics.command(at),
    topics.hello(at),
    'sereno/v1/acme',
    'x/y',
    `${topics.reply(at, id, 'ok-0')}/z`,
  ]) {
    expect(ruleItem(topic, Buffer.from('{}'), 0)).toBeNull();
  }
});
