// For how long logs are kept: of every group of a stack, so that none is forgotten.
import { Aspects, type IAspect, type Stack } from 'aws-cdk-lib';
import { CfnLogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';

/** What CloudWatch takes. */
export const LOG_DAYS: readonly number[] = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

class Kept implements IAspect {
  readonly #days: number;

  constructor(days: number) {
    this.#days = days;
  }

  visit(node: IConstruct): void {
    if (node instanceof CfnLogGroup) node.retentionInDays = this.#days;
  }
}

/** Sets it for all groups that the stack has, or comes to have. */
export function keepLogs(stack: Stack, days: number): void {
  Aspects.of(stack).add(new Kept(days));
}
