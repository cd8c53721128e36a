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
} from '../rest/webhooks.ts';
import { webhookServices } from '../webhooks/services.ts';

export const handler = httpHandler({
  webhookList: (call) => listWebhooks(webhookServices(), call),
  webhookCreate: (call) => createWebhook(webhookServices(), call),
  webhookGet: (call) => getWebhook(webhookServices(), call),
  webhookUpdate: (call) => updateWebhook(webhookServices(), call),
  webhookDelete: (call) => deleteWebhook(webhookServices(), call),
  webhookTest: (call) => testWebhook(webhookServices(), call),
  deliveryList: (call) => listDeliveries(webhookServices(), call),
});
