// For commands about agents: table and IoT Core of a stage in AWS, or the stand-ins of a local system that runs.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IoTClient } from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { AuditTrail } from '../../cloud/audit/trail.ts';
import { systemClock } from '../../cloud/clock.ts';
import { DynamoDirectory } from '../../cloud/directory/dynamo-directory.ts';
import { AwsFleet } from '../../cloud/enrolment/aws-fleet.ts';
import { AwsIssuer } from '../../cloud/enrolment/aws-issuer.ts';
import { AwsRevoker } from '../../cloud/enrolment/aws-revoker.ts';
import { DynamoSiteAgents } from '../../cloud/enrolment/dynamo-site-agents.ts';
import { DataDir } from '../local/data-dir.ts';
import { REGION } from '../local/environment.ts';
import { tableOver } from '../local/on-table.ts';
import { runningAccess } from '../local/operators.ts';
import { agentPolicyName, thingTypeName } from '../stage-names.ts';

export interface Place {
  /** Of the system on this machine. */
  readonly data: string;
  /** The table of a stage in AWS; left out, the system on this machine. */
  readonly table?: string;
  readonly stage: string;
}

/** A command has nothing to work on; the message is for who gave it. */
export class NothingThere extends Error {
  override readonly name = 'NothingThere';
}

/** @throws NothingThere where no local system runs */
export async function atBroker({ data, table, stage }: Place) {
  return table === undefined ? local(data) : inAws(table, stage);
}

export type AtBroker = Awaited<ReturnType<typeof atBroker>>;

function local(data: string) {
  const access = runningAccess(new DataDir(data).storeAccess);
  const { controlPlane, dataPlane } = access ?? {};
  if (access === null || controlPlane === undefined || dataPlane === undefined) {
    throw new NothingThere(
      `No system runs in ${data}. Run npm start with that data folder, or name a --table in AWS.`,
    );
  }
  const { region, credentials, endpoint } = access;
  const client = { region, credentials, maxAttempts: 1 };
  return ports(
    tableOver(new DynamoDBClient({ ...client, endpoint })),
    new IoTClient({ ...client, endpoint: controlPlane }),
    new IoTDataPlaneClient({ ...client, endpoint: dataPlane }),
    REGION,
  );
}

async function inAws(table: string, stage: string) {
  const control = new IoTClient();
  const endpoint = await new AwsIssuer(control, namesOf(stage)).endpoint();
  const data = new IoTDataPlaneClient({ endpoint: `https://${endpoint}` });
  return ports(tableOver(new DynamoDBClient(), table), control, data, stage);
}

function namesOf(stage: string) {
  return { policyName: agentPolicyName(stage), thingType: thingTypeName(stage) };
}

function ports(
  table: ReturnType<typeof tableOver>,
  control: IoTClient,
  data: IoTDataPlaneClient,
  stage: string,
) {
  return {
    fleet: new AwsFleet(control, namesOf(stage)),
    revoker: new AwsRevoker(
      () => control,
      () => data,
    ),
    agents: new DynamoSiteAgents(table),
    directory: new DynamoDirectory(table),
    trail: new AuditTrail(table, systemClock),
    now: () => Date.now(),
  };
}
