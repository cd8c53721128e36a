// The console: its files, and signing in and out.
import { auditTrail } from '../audit/services.ts';
import { tenantConfig } from '../config.ts';
import { consoleDoor } from '../console-door/door.ts';
import { accountPorts } from './account-ports.ts';

export const handler = consoleDoor(() => ({
  ...accountPorts(),
  audit: auditTrail(),
  tenants: tenantConfig(),
}));
