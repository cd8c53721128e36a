// The command line of the campaign of jobs.
import { laneCampaign, named } from '../command-line.ts';
import { JOB_MUTATIONS } from '../mutations/jobs.ts';
import { ACT_KINDS, WEATHER_KINDS } from './acts.ts';
import type { Played } from './play.ts';

await laneCampaign(
  {
    name: 'job-faults',
    description:
      'Batches of users are asked for and cancelled while agents, terminals, functions, broker, line and disks fail; in the end every item must have ended as it is told, and nothing that was asked be found in clear.',
    kinds: [...ACT_KINDS, ...WEATHER_KINDS],
    beside: 'batches',
    mutations: { all: JOB_MUTATIONS, schedules: 30 },
  },
  'jobs',
  new URL('./lane.ts', import.meta.url),
  ({ jobs, items, weather, lostCommits }: Played) => ({
    jobs,
    ...named('items', items),
    ...weather,
    'lost commits': lostCommits,
  }),
);
