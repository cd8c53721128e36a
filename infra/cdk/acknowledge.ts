// Accepts a cdk-nag finding on purpose, with the reason.
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Acknowledges one rule on one construct; the reason is kept in the assembly's metadata. */
export function acknowledge(on: IConstruct, rule: string, reason: string): void {
  Validations.of(on).acknowledge({ id: rule, reason });
}
