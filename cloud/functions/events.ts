// What happened: the punches that are stored, and the feed of events.
import { httpHandler } from '../rest/handler.ts';
import { eventHandlers } from '../rest/routes/events.ts';
import { eventPorts } from './event-ports.ts';

export const handler = httpHandler(eventHandlers, eventPorts);
