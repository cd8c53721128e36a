// The clients of AWS IoT and KMS, one of each per container. Endpoints come from the SDK's own environment variables.
import { IoTClient } from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { KMSClient } from '@aws-sdk/client-kms';

/** The SDK would send a direct message three times after a 504: whoever calls knows what a repeat means. */
const NO_RETRIES = 1;

let iot: IoTDataPlaneClient | null = null;
let control: IoTClient | null = null;
let kms: KMSClient | null = null;

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

/** Keys are asked for before anything has an effect: the SDK's retries stay on. */
export function kmsClient(): KMSClient {
  kms ??= new KMSClient({
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
  });
  return kms;
}
