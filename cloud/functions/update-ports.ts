// What the functions that have to do with updates of agents work with, put together once per container.
import type { Principal } from '../../shared/api/principal.ts';
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotSender } from '../commands/iot-sender.ts';
import { directoryConfig } from '../config.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { maySeeGroup } from '../people/sight.ts';
import { PeopleStore } from '../people/store.ts';
import { tableNamed } from '../store/client.ts';
import type { PlacingPorts } from '../updates/placing.ts';
import { Rollouts } from '../updates/rollouts.ts';
import type { RolloutPorts } from '../updates/rounds.ts';
import type { ReminderPorts, UpdateTellers } from '../updates/telling.ts';
import { Wishes } from '../updates/wishes.ts';
import { eventPorts } from './event-ports.ts';

const table = () => tableNamed(directoryConfig().tableName);

export function updateTellers(): UpdateTellers {
  const rollouts = new Rollouts(table());
  return {
    wishes: new Wishes(table()),
    sender: new IotSender(iotClient(), systemClock),
    isRunning: async (tenant, id) => (await rollouts.get(tenant, id))?.state === 'running',
    clock: systemClock,
  };
}

export function updatePorts(): ReminderPorts {
  return { ...updateTellers(), directory: new DynamoDirectory(table()) };
}

/** What goes on with roll-outs. */
export function rolloutPorts(): RolloutPorts {
  const directory = new DynamoDirectory(table());
  return {
    ...updateTellers(),
    rollouts: new Rollouts(table()),
    rows: (tenant, sites) => directory.namedSites(tenant, sites),
    tell: (tenant, events) => eventPorts().feed.append(tenant, events),
  };
}

/** For who asks; the directory is added by whoever knows what he sees of it. */
export function placingPorts(principal: Principal): Omit<PlacingPorts, 'directory'> {
  const people = new PeopleStore(table());
  return {
    rollouts: new Rollouts(table()),
    groupSites: async (id) => {
      const group = await people.group(principal.tenant, id);
      return group === null || !maySeeGroup(principal, group) ? null : group.sites;
    },
    clock: systemClock,
  };
}
