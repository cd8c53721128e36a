// What the functions about webhooks work with, put together once per container.
import { systemClock } from '../clock.ts';
import { storeConfig, webhookConfig } from '../config.ts';
import { eventServices } from '../events/services.ts';
import type { DeliveryPorts } from './delivering.ts';
import { Seal } from './secrets.ts';
import { Sender } from './sender.ts';
import { Webhooks } from './webhooks.ts';

let made: DeliveryPorts | null = null;

export function webhookServices(): DeliveryPorts {
  if (made === null) {
    const { table, feed } = eventServices();
    made = {
      webhooks: new Webhooks(table),
      feed,
      sender: new Sender(webhookConfig().networks, systemClock.now),
      seal: new Seal(storeConfig().secret),
      clock: systemClock,
    };
  }
  return made;
}
