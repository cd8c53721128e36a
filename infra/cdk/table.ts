// The one DynamoDB table: on demand, restorable to any second, encrypted, not deleted with the stack; or one that is there.
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { layout } from '../../cloud/store/layout.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

export class Store extends Construct {
  readonly table: Pick<ITable, 'tableName' | 'tableArn'>;

  /**
   * @param adopted the name of a table with the same keys and indexes, as a restore makes it; a table of the stack's
   * own is then left out of it and stays as it is
   */
  constructor(scope: Construct, id: string, adopted: string | undefined) {
    super(scope, id);
    this.table = adopted === undefined ? this.#own() : Table.fromTableName(this, 'Adopted', adopted);
  }

  #own(): Table {
    const table = new Table(this, 'Table', {
      partitionKey: text(layout.partitionKey),
      sortKey: text(layout.sortKey),
      timeToLiveAttribute: layout.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      removalPolicy: RemovalPolicy.RETAIN,
      deletionProtection: true,
    });
    for (const index of layout.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: text(index.partitionKey),
        sortKey: text(index.sortKey),
        projectionType: ProjectionType[index.projection],
      });
    }
    return table;
  }

  /** ARN of one index of the table. */
  indexArn(name: string): string {
    return `${this.table.tableArn}/index/${name}`;
  }
}
