// The check of the campaign itself: it gets each broken guarantee and must notice it.
import type { CampaignOptions } from '../campaign.ts';
import type { Broken } from './table.ts';
import { type Heard, Workshop } from './workshop.ts';

/** How often a schedule that failed is played on the project as it is: what fails there too proves nothing. */
const CONTROLS = 2;

/** What is broken, and how it is to be looked for. */
export interface Sought extends Broken {
  /** The campaign, from the root of the project. */
  readonly script: string;
  /** What narrows it. */
  readonly args: readonly string[];
}

interface Finding {
  readonly mutation: Sought;
  /** Schedules that were played, up to the one that found it. */
  readonly played: number;
  /** Null: not found. */
  readonly by: Heard | null;
}

type Options = Pick<CampaignOptions, 'schedules' | 'seed' | 'lanes'>;

/** @returns true if every one was found */
export async function checkMutations(
  mutations: readonly Sought[],
  options: Options,
  say: (text: string) => void,
): Promise<boolean> {
  const sound = new Workshop(null);
  const findings: Finding[] = [];
  try {
    for (const mutation of mutations) {
      say(`${mutation.name}: ${mutation.breaks}`);
      const finding = await find(mutation, sound, options, say);
      findings.push(finding);
      say(`  ${verdictOn(finding)}`);
    }
  } finally {
    sound.remove();
  }
  say('');
  for (const finding of findings) say(`${finding.mutation.name.padEnd(24)} ${verdictOn(finding)}`);
  return findings.every(({ by }) => by !== null);
}

async function find(
  mutation: Sought,
  sound: Workshop,
  { schedules, seed, lanes }: Options,
  say: (text: string) => void,
): Promise<Finding> {
  const workshop = new Workshop(mutation);
  const end = seed + schedules;
  let played = 0;
  try {
    for (let next = seed; next < end; ) {
      const failed: Heard[] = [];
      const seeds: number[] = [];
      await workshop.campaign(mutation.script, argumentsFor(mutation, next, end - next, lanes), (heard) => {
        played++;
        seeds.push(heard.seed);
        if (heard.violations.length > 0) failed.push(heard);
      });
      for (const heard of failed) {
        if (await passes(sound, mutation, heard.seed)) return { mutation, played, by: heard };
        say(`  seed ${heard.seed} fails on the project as it is, too`);
      }
      // Lanes take seeds in order: all up to the highest have been played.
      if (failed.length === 0) break;
      next = Math.max(...seeds) + 1;
    }
    return { mutation, played, by: null };
  } finally {
    workshop.remove();
  }
}

function passes(sound: Workshop, mutation: Sought, seed: number): Promise<boolean> {
  const args = [...argumentsFor(mutation, seed, 1, 1), '--times', String(CONTROLS)];
  return sound.campaign(mutation.script, args, () => {});
}

function argumentsFor({ args }: Sought, seed: number, schedules: number, lanes: number): string[] {
  return [...['--seed', String(seed), '--schedules', String(schedules), '--lanes', String(lanes)], ...args];
}

function verdictOn({ played, by }: Finding): string {
  const [violation] = by?.violations ?? [];
  if (by === null || violation === undefined) return `NOT found in ${played} schedules`;
  return `found after ${played} schedules (seed ${by.seed}), ${violation.kind}: ${violation.text}`;
}
