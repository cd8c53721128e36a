// What the functions about webhooks work with, put together once per container.
import { systemClock } from '../clock.ts';
import { storeConfig, webhookConfig } from '../config.ts';
import type { DeliveryPorts } from '../webhooks/delivering.ts';
import { Seal } from '../webhooks/secrets.ts';
import { Sender } from '../webhooks/sender.ts';
import { Webhooks } from '../webhooks/webhooks.ts';
import { eventPorts } from './event-ports.ts';

let made: DeliveryPorts | null = null;

export function webhookPorts(): DeliveryPorts {
  if (made === null) {
    const { table, feed } = eventPorts();
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
