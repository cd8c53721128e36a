// The key of KMS under which data keys are wrapped: of this stage alone, and used by the functions whose grants name it.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** How long a deletion of the key can be taken back. */
const PENDING_DAYS = 30;

export class SealKey extends Construct {
  readonly arn: string;

  /** @param adopted the ARN of one that is there, instead of one of the stack's own */
  constructor(scope: Construct, id: string, stage: string, adopted: string | undefined) {
    super(scope, id);
    this.arn = adopted ?? this.#own(stage).keyArn;
  }

  #own(stage: string): Key {
    return new Key(this, 'Key', {
      alias: `sereno-${stage}-seal`,
      description: 'Sereno: wraps the data keys of what waits in the table sealed',
      enableKeyRotation: true,
      pendingWindow: Duration.days(PENDING_DAYS),
      // Without it nothing that waits can be opened any more; the table outlives the stack, too.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
