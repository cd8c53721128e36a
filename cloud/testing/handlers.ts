// The handlers of every function that serves routes, for tests that go through the whole table of routes.
import type { FunctionName } from '../../shared/api/route.ts';
import { handler as attendance } from '../functions/attendance.ts';
import { handler as audit } from '../functions/audit.ts';
import { handler as devices } from '../functions/devices.ts';
import { handler as enroll } from '../functions/enroll.ts';
import { handler as events } from '../functions/events.ts';
import { handler as operations } from '../functions/operations.ts';
import { handler as people } from '../functions/people.ts';
import { handler as open } from '../functions/public.ts';
import { handler as sites } from '../functions/sites.ts';
import { handler as users } from '../functions/users.ts';
import { handler as webhooks } from '../functions/webhooks.ts';

export const handlers = {
  public: open,
  devices,
  users,
  attendance,
  operations,
  sites,
  enroll,
  events,
  webhooks,
  audit,
  people,
} as const satisfies Record<FunctionName, unknown>;
