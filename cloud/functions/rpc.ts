// Operators over JSON-RPC.
import { Notices } from '../alerts/notices.ts';
import { alertSecret } from '../alerts/signing.ts';
import { auditTrail } from '../audit/services.ts';
import { alertConfig, directoryConfig, storeConfig, tenantConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { rpcFace } from '../rpc/face.ts';
import type { RpcPorts } from '../rpc/method.ts';
import { tableNamed } from '../store/client.ts';
import { accountPorts } from './account-ports.ts';

let made: RpcPorts | null = null;

function ports(): RpcPorts {
  made ??= {
    ...accountPorts(),
    directory: new DynamoDirectory(tableNamed(directoryConfig().tableName)),
    audit: auditTrail(),
    tenants: tenantConfig(),
    notices: new Notices(tableNamed(directoryConfig().tableName)),
    zone: alertConfig().zone,
    alertSecretOf: (tenant, userId) => alertSecret(storeConfig().secret, tenant, userId),
  };
  return made;
}

export const handler = rpcFace(ports);
