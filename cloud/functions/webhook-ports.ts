// What the functions about webhooks work with, put together once per container.
import type { Principal } from '../../shared/api/principal.ts';
import { systemClock } from '../clock.ts';
import { storeConfig, webhookConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { visibleDirectory } from '../directory/visible.ts';
import type { WebhookPorts } from '../rest/routes/webhooks.ts';
import type { DeliveryPorts } from '../webhooks/delivering.ts';
import { Seal } from '../webhooks/secrets.ts';
import { Sender } from '../webhooks/sender.ts';
import { Webhooks } from '../webhooks/webhooks.ts';
import { eventPorts } from './event-ports.ts';

let made: DeliveryPorts | null = null;

export function deliveryPorts(): DeliveryPorts {
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

/** For who asks: the directory is what this caller sees of it. */
export function webhookPorts({ principal }: { readonly principal: Principal }): WebhookPorts {
  return {
    ...deliveryPorts(),
    directory: visibleDirectory(new DynamoDirectory(eventPorts().table), principal),
  };
}
