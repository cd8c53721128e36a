// What happened: the punches that are stored, and the feed of events.
import { AlertStates } from '../alerts/state.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { httpHandler } from '../rest/handler.ts';
import { eventHandlers } from '../rest/routes/events.ts';
import { eventPorts } from './event-ports.ts';

const ports = () => {
  const events = eventPorts();
  return { ...events, alerts: new AlertStates(events.table), directory: new DynamoDirectory(events.table) };
};

export const handler = httpHandler(eventHandlers, ports);
