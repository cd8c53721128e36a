// Webhooks: list, register, look up, change, forget, try out, and what was delivered.
import { httpHandler } from '../rest/handler.ts';
import { webhookHandlers } from '../rest/routes/webhooks.ts';
import { webhookPorts } from './webhook-ports.ts';

export const handler = httpHandler(webhookHandlers, webhookPorts);
