// The branches of a company and their agents' enrolment.
import { httpHandler } from '../rest/handler.ts';
import * as sites from '../rest/sites.ts';
import { sitePorts } from './site-ports.ts';

export const handler = httpHandler({
  siteList: (call) => sites.siteList(sitePorts(), call),
  siteCreate: (call) => sites.siteCreate(sitePorts(), call),
  siteUpdate: (call) => sites.siteUpdate(sitePorts(), call),
  siteDelete: (call) => sites.siteDelete(sitePorts(), call),
  siteEnrollment: (call) => sites.siteEnrollment(sitePorts(), call),
  siteAgentDelete: (call) => sites.siteAgentDelete(sitePorts(), call),
});
