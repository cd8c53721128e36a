// What happened: the punches that are stored, and the feed of events.

import { eventServices } from '../events/services.ts';
import { eventList } from '../rest/events.ts';
import { httpHandler } from '../rest/handler.ts';
import { punchList } from '../rest/punches.ts';

export const handler = httpHandler({
  punchList: (call) => punchList(eventServices(), call),
  eventList: (call) => eventList(eventServices(), call),
});
