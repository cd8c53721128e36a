// An agent trades its token and key for a certificate; open to whoever holds a token.
import { enrol } from '../enrolment/enrol.ts';
import { ok } from '../rest/answer/answer.ts';
import { httpHandler } from '../rest/handler.ts';
import { auditedEnrolment } from '../rest/request/audited.ts';
import { enrolPorts } from './site-ports.ts';

export const handler = httpHandler({
  agentEnroll: async (call) => {
    const enrolled = await enrol(enrolPorts(auditedEnrolment(call)), call.body.token, call.body.csr);
    return ok({ data: enrolled });
  },
});
