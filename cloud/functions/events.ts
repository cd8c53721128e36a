// What happened: the punches that are stored, and the feed of events.

import { httpHandler } from '../rest/handler.ts';
import { eventList } from '../rest/routes/events.ts';
import { punchList } from '../rest/routes/punches.ts';
import { eventPorts } from './event-ports.ts';

export const handler = httpHandler({
  punchList: (call) => punchList(eventPorts(), call),
  eventList: (call) => eventList(eventPorts(), call),
});
