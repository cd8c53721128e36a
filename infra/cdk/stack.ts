// One deployment of Sereno: everything of one stage in one account and region.
import { Annotations, CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { CognitoIssuer } from './cognito.ts';
import { ApiDomain } from './domain.ts';
import { Failures } from './failures.ts';
import { Functions } from './functions.ts';
import { Api } from './http-api.ts';
import { Iot } from './iot.ts';
import { IotEndpoint } from './iot-endpoint.ts';
import { keepLogs } from './kept-logs.ts';
import { SealKey } from './seal-key.ts';
import { LedgerKey } from './secret.ts';
import { NO_ISSUER, type Settings } from './settings.ts';
import { Store } from './table.ts';

export class SerenoStack extends Stack {
  constructor(scope: Construct, id: string, given: Settings, props: StackProps = {}) {
    super(scope, id, { description: 'Sereno: the API of the terminals of every branch', ...props });
    const settings = this.#withIssuer(given);
    const { stage, domain, certificateArn } = settings;
    Tags.of(this).add('sereno:stage', stage);
    keepLogs(this, settings.logDays);
    if (settings.issuer === NO_ISSUER) {
      Annotations.of(this).addWarningV2(
        'sereno:no-issuer',
        'No issuer of tokens is set, every call will be answered 401: -c issuer=https://…',
      );
    }
    const store = new Store(this, 'Store', settings);
    const failures = new Failures(this, 'Failures', settings.dataKey);
    const secret = new LedgerKey(this, 'LedgerKey', settings.ledgerSecret).value;
    const sealKey = new SealKey(this, 'SealKey', stage, settings.sealKey).arn;
    const functions = new Functions(this, 'Functions', {
      settings,
      store,
      secret,
      sealKey,
      dataPlane: new IotEndpoint(this, 'IotEndpoint', stage).url,
      failures: failures.queue,
    });
    const api = new Api(this, 'Http', {
      settings,
      functions,
      domain: domain === undefined ? undefined : new ApiDomain(this, 'Domain', domain, certificateArn),
    });
    // The gateway's own address is known only here; the `Host` header is set by the caller.
    functions.get('sites').addEnvironment('PUBLIC_URL', api.url);
    const iot = new Iot(this, 'Iot', {
      dataKey: settings.dataKey,
      stage,
      store,
      presence: functions.get('presence'),
      intake: functions.get('intake'),
      renew: functions.get('renew'),
      deliver: functions.get('deliver'),
      alert: functions.get('alert'),
      keep: functions.get('keep'),
      jobs: functions.get('jobs'),
      failures: failures.queue,
    });
    const alarms = new Alarms(this, 'Alarms', {
      settings,
      api,
      functions,
      failures,
      tableName: store.table.tableName,
      ruleNames: iot.ruleNames,
    });

    new CfnOutput(this, 'Url', { value: api.url });
    new CfnOutput(this, 'TableName', { value: store.table.tableName });
    new CfnOutput(this, 'FailuresQueueUrl', { value: failures.queue.queueUrl });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarms.topic.topicArn });
  }

  /** The settings, with an issuer of this stack where that is asked for. */
  #withIssuer(settings: Settings): Settings {
    const { stage, cognito, cognitoPrefix } = settings;
    if (cognito === undefined) return settings;
    const issuer = new CognitoIssuer(this, 'Cognito', { stage, tenants: cognito, prefix: cognitoPrefix });
    return { ...settings, ...issuer.settings };
  }
}
