// What the functions that place, look after and show jobs work with, put together once per container.
import type { Principal } from '../../shared/api/principal.ts';
import { auditTrail } from '../audit/services.ts';
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { DynamoLedger } from '../commands/dynamo-ledger.ts';
import { IotSender } from '../commands/iot-sender.ts';
import type { CommandPorts } from '../commands/ports.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import type { PlacingPorts } from '../jobs/placing.ts';
import type { JobPorts } from '../jobs/ports.ts';
import { JobStore } from '../jobs/store.ts';
import type { SecretBox } from '../seal.ts';
import { commandPorts } from './command-ports.ts';
import { eventPorts } from './event-ports.ts';
import { secretBox } from './secret-box.ts';

/** Functions that only look never need the key: it is asked for at the first use. */
const lazyBox: SecretBox = {
  seal: (...args) => secretBox().seal(...args),
  open: (...args) => secretBox().open(...args),
};

let made: JobPorts | null = null;

export function jobPorts(): JobPorts {
  if (made === null) {
    const { table, feed } = eventPorts();
    made = {
      jobs: new JobStore(table),
      everywhere: new DynamoDirectory(table),
      ledger: new DynamoLedger(table),
      sender: new IotSender(iotClient(), systemClock),
      box: lazyBox,
      tell: (tenant, events) => feed.append(tenant, events),
      enterEnding: (tenant, place, ending) => auditTrail().end(tenant, place, ending),
      clock: systemClock,
    };
  }
  return made;
}

const begin: PlacingPorts['begin'] = async ({ id, request, site, device }) => {
  const { principal, origin, items } = request;
  return auditTrail().begin(principal.tenant, {
    ...origin,
    fields: [...origin.fields],
    subject: principal.subject,
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    objects: [{ kind: 'user', id: 'batch', count: items.length }],
    command: id,
  });
};

/** For who asks: the directory is what this caller sees of it. */
export function batchPorts(call: { readonly principal: Principal }): CommandPorts & PlacingPorts {
  return { ...commandPorts(call), ...jobPorts(), begin };
}
