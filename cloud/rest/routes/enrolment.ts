// POST /enroll: a certificate for an agent.
import { type EnrolPorts, enrol } from '../../enrolment/enrol.ts';
import { ok } from '../answer/answer.ts';
import type { Handlers } from '../request/call.ts';

export const enrolmentHandlers: Handlers<'enroll', EnrolPorts> = {
  agentEnroll: async (ports, { body: { token, csr }, address }) =>
    ok({ data: await enrol(ports, { token, csr, address }) }),
};
