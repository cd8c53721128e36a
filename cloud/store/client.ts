// The client of DynamoDB, one per container, and the table that it works on.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table } from './table.ts';

/** Reads may be made again, and conditional writes know their own row (table.ts). */
const STORE_TRIES = 3;

/** A new client, for the endpoint that the SDK's environment variables name. */
export function newDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: STORE_TRIES,
      requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
}

let documents: DynamoDBDocumentClient | null = null;

/** The table of that name, over this container's client. */
export function tableNamed(name: string): Table {
  documents ??= newDocumentClient();
  return new Table(documents, name);
}
