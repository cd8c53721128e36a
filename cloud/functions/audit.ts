// The audit log.
import { auditTrail } from '../audit/services.ts';
import { httpHandler } from '../rest/handler.ts';
import { auditHandlers } from '../rest/routes/audit.ts';

export const handler = httpHandler(auditHandlers, auditTrail);
