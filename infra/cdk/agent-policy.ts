// What an agent's certificate may do: connect as its own thing, and speak on its own site's topics.
import type { Construct } from 'constructs';
import { topics, withoutRule } from '../../shared/wire/topics.ts';
import { iotArn } from './names.ts';

/**
 * A variable that IoT Core fills in: it resolves only for the thing whose name is the client id, and only to what
 * the registry says of it. Source: AWS IoT Core developer guide, "Thing policy variables".
 */
function ofThing(name: string): string {
  return `\${iot:Connection.Thing.${name}}`;
}

const OWN = { tenant: ofThing('Attributes[tenant]'), site: ofThing('Attributes[site]') };
const OWN_TOPICS = topics.command(OWN).replace(/[^/]*$/, '*');
const OWN_NAME = ofThing('ThingName');

/** The certificate must be attached to that thing: else the holder of any certificate could use any client id. */
const attached = { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } };

/** The policy document of every agent: one for all, since the thing says which site it is. */
export function agentPolicy(scope: Construct) {
  const allow = (Action: readonly string[], Resource: readonly string[]) => ({
    Effect: 'Allow',
    Action,
    Resource,
    Condition: attached,
  });
  const topic = (name: string) => iotArn(scope, 'topic', name);
  return {
    Version: '2012-10-17',
    Statement: [
      allow(
        ['iot:Publish'],
        [
          topic(topics.answer(OWN, '*', '*')),
          topic(topics.reply(OWN, '*', '*')),
          topic(topics.progress(OWN, '*')),
          topic(topics.hello(OWN)),
          // Agents of earlier versions.
          topic(withoutRule(topics.hello(OWN))),
          topic(topics.will(OWN)),
          topic(topics.events(OWN, '*')),
          topic(topics.renewal(OWN)),
        ],
      ),
      // In one statement, for a policy has room for 2,048 characters: each of these is about resources of its own kind.
      // Direct messages need no subscription, but the permission to receive. Whatever else is said of the site only its agent says.
      allow(
        ['iot:Connect', 'iot:Subscribe', 'iot:Receive'],
        [iotArn(scope, 'client', OWN_NAME), iotArn(scope, 'topicfilter', OWN_TOPICS), topic(OWN_TOPICS)],
      ),
    ],
  };
}
