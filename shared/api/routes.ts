// The one table of routes. The local gateway, the CDK's HTTP API, the middy stack and OpenAPI are all made of it.
// A subject has its file: what callers send, what comes back, and its routes. Examples can be sent in the order of the table.
import { attendanceRoutes } from './attendance.ts';
import { auditRoutes } from './audit.ts';
import { batchRoutes } from './batches.ts';
import { deviceRoutes } from './devices.ts';
import { discoveryRoutes } from './discovery.ts';
import { enrolmentRoutes } from './enrolment.ts';
import { eventRoutes } from './events.ts';
import { fingerRoutes } from './fingers.ts';
import { deviceHistoryRoutes, siteHistoryRoutes } from './history.ts';
import { identifierRoutes } from './identifiers.ts';
import { operationRoutes } from './operations.ts';
import { peopleRoutes } from './people.ts';
import { problemRoutes } from './problems.ts';
import { punchRoutes } from './punches.ts';
import type { FunctionName } from './route.ts';
import { siteRoutes } from './sites.ts';
import { systemRoutes } from './system.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';
import { wiegandRoutes } from './wiegand.ts';

export const routes = {
  ...systemRoutes,
  ...deviceRoutes,
  ...deviceHistoryRoutes,
  ...discoveryRoutes,
  ...userRoutes,
  ...batchRoutes,
  ...fingerRoutes,
  ...wiegandRoutes,
  ...identifierRoutes,
  ...peopleRoutes,
  ...attendanceRoutes,
  ...punchRoutes,
  ...eventRoutes,
  ...problemRoutes,
  ...auditRoutes,
  ...webhookRoutes,
  ...operationRoutes,
  ...siteRoutes,
  ...siteHistoryRoutes,
  ...enrolmentRoutes,
} as const;

export type RouteName = keyof typeof routes;

/** The routes that one Lambda function serves. */
export type RouteOf<F extends FunctionName> = {
  [N in RouteName]: (typeof routes)[N]['fn'] extends F ? N : never;
}[RouteName];
