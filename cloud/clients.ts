// The AWS clients, one of each per container. Endpoints come from the SDK's own environment variables.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IoTClient } from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The SDK would send a direct message three times after a 504: whoever calls knows what a repeat means. */
const NO_RETRIES = 1;
/** Reads may be made again, and conditional writes know their own row (conditional.ts). */
const STORE_TRIES = 3;

let documents: DynamoDBDocumentClient | null = null;
let iot: IoTDataPlaneClient | null = null;
let control: IoTClient | null = null;

export function newDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: STORE_TRIES,
      requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
}

export function documentClient(): DynamoDBDocumentClient {
  documents ??= newDocumentClient();
  return documents;
}

/** Its request time-out is a little over the 4 s that a direct message may wait for its PUBACK. */
export function iotClient(): IoTDataPlaneClient {
  iot ??= new IoTDataPlaneClient({
    maxAttempts: NO_RETRIES,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
  return iot;
}

/** Certificates and things: every call of enrolment may be made again, so the SDK's retries stay on. */
export function controlClient(): IoTClient {
  control ??= new IoTClient({
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
  return control;
}
