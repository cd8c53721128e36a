// npm run bench -- calls: what each thing that happens in a fleet calls of AWS, counted at the stand-ins.
import { writeFileSync } from 'node:fs';
import type { Counts } from '../../../infra/local/meter.ts';
import { isHappening } from '../costs/happening.ts';
import { costOf, dollarsOf, sumsOf } from '../costs/model.ts';
import { idleHours } from './hour.ts';
import { countOf, SCENARIOS } from './scenarios.ts';
import { Scene } from './scene.ts';

const FILE = new URL('../costs/counted.ts', import.meta.url);
const HOURS = 24;

/** Prints what was counted; with BENCH_KEEP=1 the model of costs is made of it from now on (then `npm run costs`). */
export async function benchCalls(print: (text: string) => void): Promise<void> {
  const scene = await Scene.open();
  const counted: Record<string, Counts> = {};
  try {
    for (const scenario of SCENARIOS) {
      const counts = await countOf(scene, scenario);
      counted[scenario.name] = counts;
      const dollars = dollarsOf(sumsOf(counts)) * 1e6;
      const known = isHappening(scenario.name)
        ? `, in the model ${(costOf(scenario.name) * 1e6).toFixed(2)} with what it leaves`
        : '';
      print(`${scenario.name}: ${scenario.what}: US$ ${dollars.toFixed(2)} a million${known}`);
      for (const [entry, count] of Object.entries(counts).sort())
        print(`    ${entry.padEnd(36)} ${(count ?? 0).toFixed(2)}`);
    }
  } finally {
    await scene.stop();
  }
  for (const keeps of [false, true]) {
    const said = await idleHours(HOURS, keeps);
    const words = Object.entries(said).map(([kind, { count, bytes }]) => `${kind} ${count} (${bytes} bytes)`);
    print(`${HOURS} idle hours of an agent${keeps ? ' with people and rules' : ''}: ${words.join(', ')}`);
  }
  if (process.env.BENCH_KEEP === '1') writeFileSync(FILE, textOf(counted));
}

/** The counts as a file of the model. */
function textOf(counted: Readonly<Record<string, Counts>>): string {
  const rounded = Object.fromEntries(
    Object.entries(counted).map(([name, counts]) => [
      name,
      Object.fromEntries(
        Object.entries(counts)
          .sort()
          .map(([entry, count]) => [entry, Math.round((count ?? 0) * 100) / 100]),
      ),
    ]),
  );
  return `// What one of each calls, as \`BENCH_KEEP=1 npm run bench -- calls\` has counted and written it.
import type { Counts } from '../../../infra/local/meter.ts';
import type { Happening } from './happening.ts';

export const COUNTED: Readonly<Record<Happening, Counts>> = ${JSON.stringify(rounded, null, 2)};
`;
}
