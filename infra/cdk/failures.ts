// Where messages go that a rule or a function could not process: kept two weeks, watched by an alarm.
import { Duration } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export class Failures extends Construct {
  readonly queue: Queue;

  /** @param dataKey ARN of the key of KMS that encrypts it; left out, SQS has one */
  constructor(scope: Construct, id: string, dataKey: string | undefined) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      ...(dataKey === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: Key.fromKeyArn(this, 'Key', dataKey) }),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.queue, 'AwsSolutions-SQS3', 'This queue is itself where failures end.');
  }
}
