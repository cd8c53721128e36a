// What is given to people in a schedule: names, PINs, cards and fingers that stand nowhere else, so that they can be searched for.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../terminal/random.ts';
import { agentFilesWith, filesWith, logsWith, rowsWith, type Word } from '../secrets.ts';
import type { Arena } from './arena.ts';

const LETTERS = ['b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'q', 'r', 's', 't'] as const;
/** What a write needed is off the agent's disk so soon once it has ended. */
const FORGOTTEN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 400;
/** Bytes of a template that are like no other's. */
const PRINT = 48;

type Some<T> = readonly [T, ...T[]];

export class Words {
  readonly names: Some<string>;
  readonly pins: Some<string>;
  readonly cards: Some<number>;
  /** A card that nobody is wanted with. */
  readonly strange: number;

  constructor(random: Random) {
    const name = () => `Xq${Array.from({ length: 7 }, () => random.pick(LETTERS)).join('')}`;
    const pin = () => `00${random.between(100_000, 999_999)}`;
    const card = () => 4_000_000_000 + random.between(1_000_000, 99_999_999);
    this.names = [name(), name(), name(), name()];
    this.pins = ['', pin(), pin()];
    this.cards = [0, card(), card()];
    this.strange = card();
  }

  /** PINs and cards. */
  get numbers(): readonly string[] {
    const all = [...this.pins, ...this.cards.filter((card) => card !== 0).map(String), String(this.strange)];
    return all.filter((word) => word !== '');
  }
}

/**
 * Where any of it was found. A name stands in the rows of the cloud, which lists people by it, and with a write's answer at the agent; in no log. A PIN
 * or a card stands nowhere, once writes have ended; a template never did.
 * @param prints templates, in hex
 */
export async function found(
  { dataDir, system }: Arena,
  { names, numbers }: Words,
  prints: readonly string[],
): Promise<string[]> {
  const templates = prints.map((hex): Word => Buffer.from(hex, 'hex').subarray(0, PRINT));
  const never = [...numbers, ...templates];
  const inCloud = [...filesWith(dataDir, never), ...(await rowsWith(system, never))];
  const inLogs = logsWith(dataDir, [...names, ...never]);
  const until = Date.now() + FORGOTTEN_WITHIN_MS;
  for (;;) {
    const atAgents = agentFilesWith(dataDir, never);
    if (atAgents.length === 0 || Date.now() > until) return [...inCloud, ...inLogs, ...atAgents];
    await sleep(LOOK_EVERY_MS);
  }
}
