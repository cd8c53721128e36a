// The branches of a company and their agents' enrolment.
import { httpHandler } from '../rest/handler.ts';
import { siteHandlers } from '../rest/routes/sites.ts';
import { sitePorts } from './site-ports.ts';

export const handler = httpHandler(siteHandlers, sitePorts);
