// npm run bench: what the system takes, measured on this machine; ratios come from one run.
import { writeFileSync } from 'node:fs';
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
import { type Finding, measureQuickly } from './measure.ts';
import { benchMemory } from './memory.ts';
import { benchNeighbours } from './neighbours.ts';
import { benchPunches } from './punches.ts';
import { benchReach } from './reach.ts';
import { chartOf, printFindings, writeJson } from './report.ts';
import { benchScale } from './scale.ts';

type Print = (text: string) => void;

/** With bars that are set for what they find. */
const COMPARED: Record<string, (print: Print) => Promise<readonly Finding[]>> = {
  many: benchMany,
  reach: benchReach,
};
const BENCHES: Record<string, (print: Print) => Promise<unknown>> = {
  ...COMPARED,
  creates: benchCreates,
  lists: benchLists,
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
  .option('--quick', 'measure little: to see that it runs, nothing to quote', false)
  .option('--json <file>', 'write what is compared with a bar there')
  .option('--chart <file>', 'draw it there, as SVG')
  .parse();
const { quick, json, chart } = program.opts<{ quick: boolean; json?: string; chart?: string }>();
if (quick) measureQuickly();

const names = program.args.length > 0 ? program.args : Object.keys(BENCHES);
const unknown = names.find((name) => BENCHES[name] === undefined);
if (unknown !== undefined)
  program.error(`There is no bench '${unknown}'; there are ${Object.keys(BENCHES).join(', ')}.`);

const machine = { node: process.version, cores: cpus().length, processor: cpus()[0]?.model.trim() };
console.log(`Node ${machine.node}, ${machine.cores} cores, ${machine.processor}\n`);
const findings: Finding[] = [];
for (const name of names) {
  const compared = COMPARED[name];
  if (compared === undefined) await BENCHES[name]?.(console.log);
  else findings.push(...(await compared(console.log)));
}
if (findings.length > 0) printFindings(findings, console.log);
if (json !== undefined) writeJson(json, findings, machine);
if (chart !== undefined) writeFileSync(chart, chartOf(findings));
// The agents and the workers have ended; nothing else is worth waiting for.
process.exit(0);
