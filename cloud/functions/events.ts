// What happened: the punches that are stored, and the feed of events.

import { eventList } from '../rest/events.ts';
import { httpHandler } from '../rest/handler.ts';
import { punchList } from '../rest/punches.ts';
import { eventPorts } from './event-ports.ts';

export const handler = httpHandler({
  punchList: (call) => punchList(eventPorts(), call),
  eventList: (call) => eventList(eventPorts(), call),
});
