// What the functions of branches and enrolment work with, put together once per container.
import type { Principal } from '../../shared/api/principal.ts';
import { controlClient, iotClient } from '../clients.ts';
import { directoryConfig, enrolmentConfig, publicConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { visibleDirectory } from '../directory/visible.ts';
import { DynamoAttempts } from '../enrolment/attempts.ts';
import { AwsIssuer } from '../enrolment/aws-issuer.ts';
import { AwsRevoker } from '../enrolment/aws-revoker.ts';
import { DynamoEnrolments } from '../enrolment/dynamo-enrolments.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import type { EnrolPorts } from '../enrolment/enrol.ts';
import { amazonRoots } from '../enrolment/roots.ts';
import type { SitePorts } from '../enrolment/sites.ts';
import { StateChanges } from '../events/changes.ts';
import type { SiteRoutePorts } from '../rest/routes/sites.ts';
import { tableNamed } from '../store/client.ts';
import { placingPorts, updatePorts } from './update-ports.ts';

const now = () => Date.now();

let sites: SitePorts | null = null;
let enrol: Omit<EnrolPorts, 'audited'> | null = null;

function allSites(): SitePorts {
  const table = tableNamed(directoryConfig().tableName);
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

/** For who asks: the directory is what this caller sees of it. */
export function sitePorts({ principal }: { readonly principal: Principal }): SiteRoutePorts {
  const all = allSites();
  const changes = new StateChanges(tableNamed(directoryConfig().tableName));
  return {
    ...updatePorts(),
    ...placingPorts(principal),
    ...all,
    changes,
    directory: visibleDirectory(all.directory, principal),
  };
}

export function enrolPorts(audited: EnrolPorts['audited']): EnrolPorts {
  const { rootCa, days, ...issuer } = enrolmentConfig();
  enrol ??= {
    enrolments: allSites().enrolments,
    attempts: new DynamoAttempts(tableNamed(directoryConfig().tableName), now),
    agents: allSites().agents,
    revoker: allSites().revoker,
    issuer: new AwsIssuer(controlClient(), issuer),
    rootCa: rootCa ?? amazonRoots(),
    days,
    now,
  };
  return { ...enrol, audited };
}
