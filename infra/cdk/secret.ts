// The key of every HMAC in the ledger: made in the account, known to nobody who writes code.
import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Hex digits of the key: 32 bytes. */
const DIGITS = 64;

export class LedgerKey extends Construct {
  /**
   * The key as an environment variable: a dynamic reference that CloudFormation resolves at deployment, so that it
   * is in no template. Functions do not read Secrets Manager themselves: a call of some 30 ms in every cold start
   * and a permission for each role would protect nothing more, since the key alone opens nothing (it makes hashes
   * of idempotency keys unguessable) and whoever may read a function's configuration may read its table too.
   */
  readonly value: string;

  /** @param adopted the ARN of one that is there, instead of one of the stack's own */
  constructor(scope: Construct, id: string, adopted: string | undefined) {
    super(scope, id);
    const secret =
      adopted === undefined ? this.#own() : Secret.fromSecretCompleteArn(this, 'Adopted', adopted);
    this.value = secret.secretValue.unsafeUnwrap();
  }

  #own(): Secret {
    const secret = new Secret(this, 'Secret', {
      description: 'Key of the HMACs in the ledger of Sereno',
      generateSecretString: {
        passwordLength: DIGITS,
        excludeUppercase: true,
        excludePunctuation: true,
        excludeCharacters: 'ghijklmnopqrstuvwxyz',
        requireEachIncludedType: false,
      },
      // A new key would forget every idempotency key of the last 24 hours.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      secret,
      'AwsSolutions-SMG4',
      'A rotation makes repeats of the last 24 hours unknown, so that it is done by hand: docs/deploy.md.',
    );
    return secret;
  }
}
