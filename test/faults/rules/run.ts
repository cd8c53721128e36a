// The command line of the campaign of rules.
import { laneCampaign } from '../command-line.ts';
import { RULE_MUTATIONS } from '../mutations/rules.ts';
import { ACT_KINDS } from './acts.ts';
import type { Played } from './play.ts';

await laneCampaign(
  {
    name: 'rule-faults',
    description:
      'Cards with windows and passes are given and used while agent, terminals, broker, line and clock fail; none may stand longer than it should, or be missing.',
    kinds: ACT_KINDS,
    beside: 'passes',
    mutations: { all: RULE_MUTATIONS, schedules: 30 },
  },
  'rules',
  new URL('./lane.ts', import.meta.url),
  ({ cards, stood, passes, lostCommits }: Played) => ({
    cards,
    'cards that stood': stood,
    passes,
    'lost commits': lostCommits,
  }),
);
