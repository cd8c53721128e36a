// The command line of the campaign of people.
import { laneCampaign, named } from '../command-line.ts';
import { PEOPLE_MUTATIONS } from '../mutations/people.ts';
import { ACT_KINDS } from './acts.ts';
import type { Played } from './play.ts';

await laneCampaign(
  {
    name: 'people-faults',
    description:
      'People are wanted at terminals of two branches, changed and taken away while agents, terminals, broker, line and disks fail; in the end each terminal must hold who is wanted there, and nobody else, and no PIN, card or template be found in clear.',
    kinds: ACT_KINDS,
    beside: 'wishes',
    mutations: { all: PEOPLE_MUTATIONS, schedules: 30 },
  },
  'people',
  new URL('./lane.ts', import.meta.url),
  ({ fingers, answers, lostCommits }: Played) => ({
    fingers,
    ...named('answers', answers),
    'lost commits': lostCommits,
  }),
);
