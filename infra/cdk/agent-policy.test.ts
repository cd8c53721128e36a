// What an agent's certificate may do at IoT Core, asked one request at a time.
import { describe, expect, test } from 'vitest';
import { topics, withoutRule } from '../../shared/wire/topics.ts';
import { isAllowed, type Request } from './testing/evaluate.ts';
import { agentStatements, iot, lines } from './testing/policies.ts';
import { synthesized } from './testing/synth.ts';

const stack = synthesized();
const statements = agentStatements(stack);

const id = '01JD8000000000000000000000';
const own = { tenant: 'acme', site: 'norte' };

/** The connection of the agent of acme's north branch, its certificate attached to its thing. */
const connection = {
  'iot:Connection.Thing.ThingName': 'acme_norte',
  'iot:Connection.Thing.Attributes[tenant]': 'acme',
  'iot:Connection.Thing.Attributes[site]': 'norte',
  'iot:Connection.Thing.IsAttached': 'true',
};

function may(action: string, resource: string, context: Request['context'] = connection): boolean {
  return isAllowed(statements, { action: `iot:${action}`, resource: iot(resource), context });
}

describe('the agent of a branch may', () => {
  test.each([
    ['Connect', 'client/acme_norte'],
    ['Publish', `topic/${topics.reply(own, id, 'ok-0')}`],
    ['Publish', `topic/${topics.reply(own, id, 'ok-17')}`],
    ['Publish', `topic/${topics.answer(own, id, 'ok-0')}`],
    ['Publish', `topic/${topics.answer(own, id, 'error-0')}`],
    ['Publish', `topic/${topics.progress(own, id)}`],
    ['Publish', `topic/${topics.hello(own)}`],
    ['Publish', `topic/${withoutRule(topics.hello(own))}`],
    ['Publish', `topic/${topics.will(own)}`],
    ['Publish', `topic/${topics.events(own, 17)}`],
    ['Publish', `topic/${topics.renewal(own)}`],
    ['Subscribe', `topicfilter/${topics.command(own)}`],
    ['Subscribe', `topicfilter/${topics.stored(own)}`],
    ['Receive', `topic/${topics.command(own)}`],
    ['Receive', `topic/${topics.stored(own)}`],
  ])('%s %s', (action, resource) => {
    expect(may(action, resource)).toBe(true);
  });
});

describe('the agent of a branch may not', () => {
  const others = [
    { tenant: 'acme', site: 'sur' },
    { tenant: 'otra', site: 'norte' },
    { tenant: 'acme', site: 'norte-2' },
    { tenant: 'acm', site: 'norte' },
  ];
  test.each([
    ...others.flatMap((at) => [
      ['Connect', `client/${at.tenant}_${at.site}`],
      ['Publish', `topic/${topics.reply(at, id, 'ok-0')}`],
      ['Publish', `topic/${topics.progress(at, id)}`],
      ['Publish', `topic/${topics.hello(at)}`],
      ['Publish', `topic/${withoutRule(topics.hello(at))}`],
      ['Publish', `topic/${topics.answer(at, id, 'ok-0')}`],
      ['Publish', `topic/${topics.will(at)}`],
      ['Publish', `topic/${topics.command(at)}`],
      ['Publish', `topic/${topics.events(at, 17)}`],
      ['Publish', `topic/${topics.renewal(at)}`],
      ['Publish', `topic/${topics.stored(at)}`],
      ['Subscribe', `topicfilter/${topics.stored(at)}`],
      ['Receive', `topic/${topics.stored(at)}`],
      ['Subscribe', `topicfilter/${topics.command(at)}`],
      ['Receive', `topic/${topics.command(at)}`],
    ]),
    ['Publish', `topic/${topics.command(own)}`],
    ['Publish', `topic/${topics.stored(own)}`],
    ['Publish', 'topic/$aws/rules/sereno_prod_reply/sereno/v1/acme/norte/events/17'],
    ['Publish', 'topic/$aws/rules/sereno_hello/sereno/v1/acme/norte/events/17'],
    ['Publish', 'topic/$aws/rules/sereno_hello/a/sereno/v1/acme/norte/hello'],
    ['Publish', 'topic/$aws/rules/sereno_prod_settled/sereno/v1/acme/norte/res/x/ok-0'],
    ['Publish', 'topic/sereno/v1/acme/norte'],
    ['Publish', 'topic/sereno/v1/acme/norte/other'],
    ['Publish', 'topic/sereno/v2/acme/norte/hello'],
    ['Publish', 'topic/$aws/things/acme_norte/shadow/update'],
    ['Publish', 'topic/$aws/events/presence/disconnected/acme_sur'],
    ['Publish', 'topic/$aws/rules/sereno_prod_reply/x'],
    ['RetainPublish', `topic/${topics.hello(own)}`],
    ['Subscribe', 'topicfilter/sereno/v1/acme/+/cmd'],
    ['Subscribe', 'topicfilter/sereno/v1/acme/#'],
    ['Subscribe', 'topicfilter/sereno/v1/+/norte/cmd'],
    ['Subscribe', 'topicfilter/sereno/v1/acme/norte-2/cmd'],
    ['Subscribe', 'topicfilter/#'],
    ['SendDirectMessage', 'client/acme_norte'],
    ['GetThingShadow', 'thing/acme_norte'],
    ['DeleteConnection', 'client/acme_norte'],
  ])('%s %s', (action, resource) => {
    expect(may(action ?? '', resource ?? '')).toBe(false);
  });
});

const everything = [
  ['Connect', 'client/acme_norte'],
  ['Publish', `topic/${topics.hello(own)}`],
  ['Subscribe', `topicfilter/${topics.command(own)}`],
  ['Receive', `topic/${topics.command(own)}`],
] as const;

test('a certificate that is not attached to the thing may do nothing, whatever client id it names', () => {
  const foreign = { ...connection, 'iot:Connection.Thing.IsAttached': 'false' };
  for (const [action, resource] of everything) expect(may(action, resource, foreign)).toBe(false);
});

test('a client id without a thing in the registry may do nothing', () => {
  for (const [action, resource] of everything) expect(may(action, resource, {})).toBe(false);
});

test('the policy says this and nothing more: whoever widens it changes this list', () => {
  const name = (variable: string) => `\${iot:Connection.Thing.${variable}}`;
  const site = `sereno/v1/${name('Attributes[tenant]')}/${name('Attributes[site]')}`;
  const attached = ' {"Bool":{"iot:Connection.Thing.IsAttached":["true"]}}';
  expect(lines(statements, stack)).toEqual([
    `iot:Connect client/${name('ThingName')}${attached}`,
    `iot:Publish topic/$aws/rules/sereno_events/${site}/events/*${attached}`,
    `iot:Publish topic/$aws/rules/sereno_hello/${site}/hello${attached}`,
    `iot:Publish topic/$aws/rules/sereno_renewal/${site}/renewal${attached}`,
    `iot:Publish topic/$aws/rules/sereno_reply/${site}/res/*/*${attached}`,
    `iot:Publish topic/${site}/hello${attached}`,
    `iot:Publish topic/${site}/prog/*${attached}`,
    `iot:Publish topic/${site}/res/*/*${attached}`,
    `iot:Publish topic/${site}/will${attached}`,
    `iot:Receive topic/${site}/*${attached}`,
    `iot:Subscribe topicfilter/${site}/*${attached}`,
  ]);
});

test('the policy stays within the 2,048 characters that IoT Core allows', () => {
  expect(JSON.stringify(statements).replace(/\s/g, '').length).toBeLessThan(2000);
});
