// The audit log of this container.
import { systemClock } from '../clock.ts';
import { directoryConfig } from '../config.ts';
import { tableNamed } from '../store/client.ts';
import { AuditTrail } from './trail.ts';

let made: AuditTrail | null = null;

export function auditTrail(): AuditTrail {
  made ??= new AuditTrail(tableNamed(directoryConfig().tableName), systemClock);
  return made;
}
