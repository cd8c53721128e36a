// What the functions of enrolment work with, put together once per container.

import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { controlClient, iotClient } from '../clients.ts';
import { directoryConfig, enrolmentConfig, publicConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { tableNamed } from '../store/client.ts';
import { AwsIssuer } from './aws-issuer.ts';
import { AwsRevoker } from './aws-revoker.ts';
import { DynamoEnrolments } from './dynamo-enrolments.ts';
import { DynamoSiteAgents } from './dynamo-site-agents.ts';
import type { EnrolPorts } from './enrol.ts';
import type { SitePorts } from './sites.ts';

const now = () => Date.now();

/** The roots that AWS IoT Core's ATS endpoints are signed by, as Node carries them. */
export function amazonRoots(): string {
  const ofAmazon = rootCertificates.filter((pem) =>
    /CN=Amazon Root CA \d/.test(new X509Certificate(pem).subject),
  );
  return ofAmazon.join('\n');
}

let sites: SitePorts | null = null;
let enrol: EnrolPorts | null = null;

export function sitePorts(): SitePorts {
  const { tableName } = directoryConfig();
  const table = tableNamed(tableName);
  sites ??= {
    directory: new DynamoDirectory(table),
    enrolments: new DynamoEnrolments(table),
    agents: new DynamoSiteAgents(table),
    revoker: new AwsRevoker(controlClient, iotClient),
    now,
    publicUrl: () => publicConfig().url,
  };
  return sites;
}

export function enrolPorts(): EnrolPorts {
  const { rootCa, ...issuer } = enrolmentConfig();
  enrol ??= {
    enrolments: sitePorts().enrolments,
    agents: sitePorts().agents,
    revoker: sitePorts().revoker,
    issuer: new AwsIssuer(controlClient(), issuer),
    rootCa: rootCa ?? amazonRoots(),
    now,
  };
  return enrol;
}
