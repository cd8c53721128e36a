// The branches of a company and their agents' enrolment.
import { httpHandler } from '../rest/handler.ts';
import * as sites from '../rest/routes/sites.ts';
import { sitePorts } from './site-ports.ts';

export const handler = httpHandler({
  siteList: (call) => sites.siteList(sitePorts(call.principal), call),
  siteCreate: (call) => sites.siteCreate(sitePorts(call.principal), call),
  siteUpdate: (call) => sites.siteUpdate(sitePorts(call.principal), call),
  siteDelete: (call) => sites.siteDelete(sitePorts(call.principal), call),
  siteEnrollment: (call) => sites.siteEnrollment(sitePorts(call.principal), call),
  siteAgentDelete: (call) => sites.siteAgentDelete(sitePorts(call.principal), call),
});
