// Topics as they are built and parsed.
import { expect, test } from 'vitest';
import { parseTopic, topics, withoutRule } from './topics.ts';

const at = { tenant: 'acme', site: 'norte' };
const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

test('every topic that is built is parsed to what it was built of', () => {
  expect(parseTopic(topics.command(at))).toEqual({ ...at, kind: 'cmd' });
  expect(parseTopic(topics.hello(at))).toEqual({ ...at, kind: 'hello' });
  expect(parseTopic(topics.will(at))).toEqual({ ...at, kind: 'will' });
  expect(parseTopic(topics.stored(at))).toEqual({ ...at, kind: 'stored' });
  expect(parseTopic(topics.reply(at, id, 'ok-0'))).toEqual({
    ...at,
    kind: 'res',
    commandId: id,
    part: 'ok-0',
  });
  expect(parseTopic(topics.answer(at, id, 'ok-0'))).toEqual(parseTopic(topics.reply(at, id, 'ok-0')));
  expect(parseTopic(topics.progress(at, id))).toEqual({ ...at, kind: 'prog', commandId: id });
  expect(parseTopic(topics.events(at, 12))).toEqual({ ...at, kind: 'events', seq: 12 });
  expect(parseTopic(topics.renewal(at))).toEqual({ ...at, kind: 'renewal' });
});

test('a renewal goes straight to its own rule', () => {
  expect(topics.renewal(at)).toBe('$aws/rules/sereno_renewal/sereno/v1/acme/norte/renewal');
  expect(parseTopic('sereno/v1/acme/norte/renewal')).toBeNull();
  expect(parseTopic('$aws/rules/sereno_events/sereno/v1/acme/norte/renewal')).toBeNull();
  expect(parseTopic('$aws/rules/sereno_renewal/sereno/v1/acme/norte/events/12')).toBeNull();
});

test('hellos and answers go straight to their rules, and are heard on the topic, too, for agents of before', () => {
  expect(topics.hello(at)).toBe('$aws/rules/sereno_hello/sereno/v1/acme/norte/hello');
  expect(topics.answer(at, id, 'ok-0')).toBe(`$aws/rules/sereno_reply/sereno/v1/acme/norte/res/${id}/ok-0`);
  expect(parseTopic(withoutRule(topics.hello(at)))).toEqual({ ...at, kind: 'hello' });
  expect(parseTopic(`$aws/rules/sereno_hello/sereno/v1/acme/norte/res/${id}/ok-0`)).toBeNull();
  expect(parseTopic('$aws/rules/sereno_reply/sereno/v1/acme/norte/hello')).toBeNull();
  expect(parseTopic(`$aws/rules/sereno_reply/sereno/v1/acme/norte/prog/${id}`)).toBeNull();
  expect(parseTopic('$aws/rules/sereno_reply/sereno/v1/acme/norte/cmd')).toBeNull();
});

test('events go straight to their rule, and nothing else goes to it', () => {
  expect(topics.events(at, 12)).toBe('$aws/rules/sereno_events/sereno/v1/acme/norte/events/12');
  expect(parseTopic('sereno/v1/acme/norte/events/12')).toBeNull();
  expect(parseTopic('$aws/rules/sereno_events/sereno/v1/acme/norte/hello')).toBeNull();
  expect(parseTopic('$aws/rules/other/sereno/v1/acme/norte/events/12')).toBeNull();
});

test.each(['0', '-1', '1e3', '012', 'x', '12/13', '12345678901234567'])('%s numbers no batch', (seq) => {
  expect(parseTopic(`$aws/rules/sereno_events/sereno/v1/acme/norte/events/${seq}`)).toBeNull();
});
