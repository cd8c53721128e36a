// An agent trades its token and key for a certificate; open to whoever holds a token.
import { httpHandler } from '../rest/handler.ts';
import { auditedEnrolment } from '../rest/request/audited.ts';
import { enrolmentHandlers } from '../rest/routes/enrolment.ts';
import { enrolPorts } from './site-ports.ts';

export const handler = httpHandler(enrolmentHandlers, (call) => enrolPorts(auditedEnrolment(call)));
