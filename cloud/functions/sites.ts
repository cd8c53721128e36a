// The branches of a company and their agents' enrolment.
import { sitePorts } from '../enrolment/ports.ts';
import { createEnrolment, createSite, listSites, revokeAgent } from '../enrolment/sites.ts';
import { httpHandler } from '../http/handler.ts';

export const handler = httpHandler({
  siteList: (call) => listSites(sitePorts(), call),
  siteCreate: (call) => createSite(sitePorts(), call),
  siteEnrollment: (call) => createEnrolment(sitePorts(), call),
  siteAgentDelete: (call) => revokeAgent(sitePorts(), call),
});
