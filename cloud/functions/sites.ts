// The branches of a company and their agents' enrolment.
import { sitePorts } from '../enrolment/ports.ts';
import {
  createEnrolment,
  createSite,
  deleteSite,
  listSites,
  renameSite,
  revokeAgent,
} from '../enrolment/sites.ts';
import { httpHandler } from '../rest/handler.ts';

export const handler = httpHandler({
  siteList: (call) => listSites(sitePorts(), call),
  siteCreate: (call) => createSite(sitePorts(), call),
  siteUpdate: (call) => renameSite(sitePorts(), call),
  siteDelete: (call) => deleteSite(sitePorts(), call),
  siteEnrollment: (call) => createEnrolment(sitePorts(), call),
  siteAgentDelete: (call) => revokeAgent(sitePorts(), call),
});
