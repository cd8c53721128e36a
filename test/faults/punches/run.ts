// The command line of the campaign of punches.
import { command, type Options, say } from '../command-line.ts';
import { lane } from '../lanes.ts';
import { PUNCH_MUTATIONS } from '../mutations/punches.ts';
import { ACT_KINDS, type ActKind, type Strike } from './acts.ts';
import type { LaneOrder, LanePlayed } from './lane.ts';

async function run({
  schedules,
  seed,
  lanes,
  times,
  only,
  keepGoing,
}: Options<ActKind> & { readonly schedules: number }): Promise<boolean> {
  const began = performance.now();
  const plays = schedules * times;
  let [begun, played, punches, wrong, lostCommits, isBroken] = [0, 0, 0, 0, 0, false];
  const struck: ReadonlyMap<Strike, number>[] = [];
  const hear = (told: LanePlayed): void => {
    punches += told.punches;
    lostCommits += told.lostCommits;
    wrong += told.wrong.length;
    for (const text of told.wrong) say(`WRONG seed ${told.seed}: ${text}`);
    if (told.wrong.length > 0) say(`  ${told.acts.join(' ')}`);
    if (told.number === undefined) struck.push(told.counts);
    else if (++played % 10 === 0) say(`${played}/${plays}  ${punches} punches`);
    const violations = told.wrong.map((text) => ({ kind: 'punches', text }));
    if (told.number !== undefined || violations.length > 0) process.send?.({ seed: told.seed, violations });
  };
  const takeOf = () => {
    let last: number | null = null;
    return (): LaneOrder | null => {
      const isOver = begun >= plays || (wrong > 0 && !keepGoing);
      if (!isOver) {
        const number = begun++;
        last = seed + Math.floor(number / times);
        return { seed: last, number, only };
      }
      if (last === null) return null;
      const order = { seed: last, number: 0, isLast: true };
      last = null;
      return order;
    };
  };
  const script = new URL('./lane.ts', import.meta.url);
  const each = Array.from({ length: Math.min(lanes, plays) }, () =>
    lane<LaneOrder, LanePlayed>(script, takeOf(), hear).catch((error: unknown) => {
      isBroken = true;
      say(String(error));
    }),
  );
  await Promise.all(each);
  const sums = new Map<Strike, number>();
  for (const counts of struck) {
    for (const [kind, times] of counts) sums.set(kind, (sums.get(kind) ?? 0) + times);
  }
  say([...sums].map(([kind, times]) => `${kind} ${times}`).join(', '));
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(
    `${played} schedules, ${punches} punches, ${lostCommits} commits lost, ${seconds} s; ${wrong} wrong${isBroken ? ', broken off' : ''}`,
  );
  return wrong === 0 && !isBroken && played > 0;
}

await command(
  {
    name: 'punch-faults',
    description:
      'People punch while agents, lines, terminals, functions and memory fail; then each punch must be in the store once, in the feed and at the webhook.',
    kinds: ACT_KINDS,
    beside: 'punches',
    lanes: 4,
    mutations: { all: PUNCH_MUTATIONS, schedules: 60 },
  },
  run,
);
