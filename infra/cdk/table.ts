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
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { layout } from '../../cloud/store/layout.ts';
import type { Settings } from './settings.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

type StoreSettings = Pick<Settings, 'tableName' | 'dataKey'>;

export class Store extends Construct {
  readonly table: Pick<ITable, 'tableName' | 'tableArn'>;

  /**
   * With a `tableName` a table with the same keys and indexes is used, as a restore makes it; one of the stack's own is then
   * left out of it and stays as it is.
   */
  constructor(scope: Construct, id: string, { tableName: adopted, dataKey }: StoreSettings) {
    super(scope, id);
    this.table = adopted === undefined ? this.#own(dataKey) : Table.fromTableName(this, 'Adopted', adopted);
  }

  #own(dataKey: string | undefined): Table {
    const table = new Table(this, 'Table', {
      partitionKey: text(layout.partitionKey),
      sortKey: text(layout.sortKey),
      timeToLiveAttribute: layout.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(dataKey === undefined
        ? { encryption: TableEncryption.AWS_MANAGED }
        : {
            encryption: TableEncryption.CUSTOMER_MANAGED,
            encryptionKey: Key.fromKeyArn(this, 'Key', dataKey),
          }),
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
