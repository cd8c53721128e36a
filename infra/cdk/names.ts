// Names that the stack, the functions and the policies must agree on.
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { topics } from '../../shared/wire/topics.ts';

/** Every tenant and site, in IAM's wildcard. */
const ANY = { tenant: '*', site: '*' };

export function functionName(stage: string, fn: string): string {
  return `sereno-${stage}-${fn}`;
}

/** The commands of every site, as a pattern of topics. */
export const ANY_COMMAND_TOPIC = topics.command(ANY);

/** What agents are told of their events, as a pattern of topics. */
export const ANY_STORED_TOPIC = topics.stored(ANY);

/** Client ids and thing names are `{tenant}_{site}`. */
const ANY_AGENT = `${ANY.tenant}_${ANY.site}`;

/** ARN of an IoT resource of this account and region. */
export function iotArn(scope: IConstruct, resource: string, name: string): string {
  return Stack.of(scope).formatArn({ service: 'iot', resource, resourceName: name });
}

/** ARNs of what belongs to agents, whichever site they serve. */
export function agentArns(scope: IConstruct) {
  return {
    client: iotArn(scope, 'client', ANY_AGENT),
    thing: iotArn(scope, 'thing', ANY_AGENT),
    commandTopic: iotArn(scope, 'topic', ANY_COMMAND_TOPIC),
    certificate: iotArn(scope, 'cert', '*'),
  };
}
