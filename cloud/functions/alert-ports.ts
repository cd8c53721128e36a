// What the function of alerts works with, put together once per container.
import { Accounts } from '../accounts/accounts.ts';
import { Mailer } from '../alerts/mail.ts';
import { Notices } from '../alerts/notices.ts';
import type { SendPorts } from '../alerts/sending.ts';
import { alertSecret } from '../alerts/signing.ts';
import { AlertStates } from '../alerts/state.ts';
import type { WatchPorts } from '../alerts/watch.ts';
import { systemClock } from '../clock.ts';
import { alertConfig, mailOf, storeConfig, webhookConfig } from '../config.ts';
import { Sender } from '../webhooks/sender.ts';
import { eventPorts } from './event-ports.ts';

let made: (WatchPorts & SendPorts) | null = null;

export function alertPorts(): WatchPorts & SendPorts {
  if (made === null) {
    const { table, feed } = eventPorts();
    const mail = mailOf(process.env);
    made = {
      states: new AlertStates(table),
      notices: new Notices(table),
      accounts: new Accounts(table),
      feed,
      clock: systemClock,
      ...alertConfig(),
      sender: new Sender(webhookConfig().networks, systemClock.now),
      mailer: mail === null ? null : new Mailer(mail),
      secretOf: (tenant, userId) => alertSecret(storeConfig().secret, tenant, userId),
    };
  }
  return made;
}
