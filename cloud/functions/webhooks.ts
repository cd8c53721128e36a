// Webhooks: list, register, look up, change, forget, try out, and what was delivered.
import { httpHandler } from '../rest/handler.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  testWebhook,
  updateWebhook,
} from '../rest/routes/webhooks.ts';
import { webhookPorts } from './webhook-ports.ts';

export const handler = httpHandler({
  webhookList: (call) => listWebhooks(webhookPorts(), call),
  webhookCreate: (call) => createWebhook(webhookPorts(), call),
  webhookGet: (call) => getWebhook(webhookPorts(), call),
  webhookUpdate: (call) => updateWebhook(webhookPorts(), call),
  webhookDelete: (call) => deleteWebhook(webhookPorts(), call),
  webhookTest: (call) => testWebhook(webhookPorts(), call),
  deliveryList: (call) => listDeliveries(webhookPorts(), call),
});
