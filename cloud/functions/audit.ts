// The audit log.
import { auditTrail } from '../audit/services.ts';
import { httpHandler } from '../rest/handler.ts';
import { auditList } from '../rest/routes/audit.ts';

export const handler = httpHandler({ auditList: (call) => auditList(auditTrail(), call) });
