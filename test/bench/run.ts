// npm run bench: what the system takes, measured on this machine; ratios come from one run.
import { cpus } from 'node:os';
import { Command } from 'commander';
import { benchBranches } from './branches.ts';
import { benchCalls } from './calls/calls.ts';
import { benchColdInit } from './cold-init.ts';
import { benchCreates } from './creates.ts';
import { benchHostile } from './hostile.ts';
import { benchIdentifiers } from './identifiers.ts';
import { benchLists } from './lists.ts';
import { benchMany } from './many.ts';
import { benchMemory } from './memory.ts';
import { benchNeighbours } from './neighbours.ts';
import { benchPunches } from './punches.ts';
import { benchReach } from './reach.ts';
import { benchScale } from './scale.ts';

const BENCHES: Record<string, (print: (text: string) => void) => Promise<void>> = {
  creates: benchCreates,
  lists: benchLists,
  many: benchMany,
  reach: benchReach,
  neighbours: benchNeighbours,
  memory: benchMemory,
  hostile: benchHostile,
  punches: benchPunches,
  branches: benchBranches,
  scale: benchScale,
  identifiers: benchIdentifiers,
  cold: benchColdInit,
  calls: benchCalls,
};

const program = new Command('npm run bench --')
  .description(
    'Measure the system on this machine: the real parts, on loopback, against simulated terminals.',
  )
  .argument('[names...]', `which: ${Object.keys(BENCHES).join(', ')}; all where none is named`)
  .parse();

const names = program.args.length > 0 ? program.args : Object.keys(BENCHES);
const unknown = names.find((name) => BENCHES[name] === undefined);
if (unknown !== undefined)
  program.error(`There is no bench '${unknown}'; there are ${Object.keys(BENCHES).join(', ')}.`);

console.log(`Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model.trim()}\n`);
for (const name of names) await BENCHES[name]?.(console.log);
// The agents and the workers have ended; nothing else is worth waiting for.
process.exit(0);
