// Gives the simulated terminals of npm start a past: they remember, have punches of the last days, and can be operated by commands.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { serveControl } from '../../../test/terminal/control-server.ts';
import type { SimulatedTerminal } from '../../../test/terminal/terminal.ts';
import { packTime, unpackTime } from '../../../test/terminal/wall-clock.ts';
import { writePrivate } from '../data-dir.ts';
import { recall, remember } from './memory.ts';
import type { SimulatedTerminals } from './terminals.ts';
import { workdays } from './workdays.ts';

const DAYS = 14;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** This long before the first start somebody came in, whatever the hour. */
const JUST_NOW_MS = [4 * MINUTE_MS, MINUTE_MS] as const;

/** How another program of this user touches a terminal: over HTTP on loopback, with a key. */
export const controlsSchema = z.record(z.string(), z.strictObject({ port: z.int(), key: z.string() }));
export type Controls = z.infer<typeof controlsSchema>;

export interface LivedInOptions {
  /** Where they are kept. */
  readonly folder: string;
  /** Where their controls are named while they run. */
  readonly controls: string;
  /** One line for the console. */
  readonly say: (line: string) => void;
}

/** The option that commands need if the data folder is not the usual one. */
export function dataFlag(folder: string): string {
  const path = resolve(folder);
  return path === resolve('.sereno') ? '' : ` --data ${path}`;
}

/** @returns what ends it: saves, closes the controls. @throws DataDirError for kept contents that are damaged */
export async function liveIn(terminals: SimulatedTerminals, options: LivedInOptions): Promise<() => void> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const controls: Record<string, Controls[string]> = {};
  const ends: (() => void)[] = [];
  const fileOf = (id: string) => join(options.folder, `${id}.json`);
  // Files that may be damaged are read first, while nothing runs yet that would have to be stopped.
  for (const [id, terminal] of Object.entries(terminals)) fillUp(terminal, recall(terminal, fileOf(id)));
  for (const [id, terminal] of Object.entries(terminals)) {
    const file = fileOf(id);
    ends.push(
      remember(terminal, file, (cause) =>
        options.say(`The simulated terminal '${id}' cannot be kept: ${cause.message}`),
      ),
      tellEnrolments(id, terminal, (line) => options.say(`${line}${dataFlag(dirname(options.controls))}`)),
    );
    const key = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');
    const server = await serveControl(terminal, 0, key);
    const { port } = server.address() as { port: number };
    controls[id] = { port, key };
    ends.push(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  writePrivate(options.controls, JSON.stringify(controls));
  return () => {
    rmSync(options.controls, { force: true });
    for (const end of ends) end();
  };
}

/** The days since the last punch; of a terminal that was never started, the last two weeks and some minutes ago. */
function fillUp({ state, options }: SimulatedTerminal, isKnown: boolean): void {
  const now = state.clock.now();
  const workers = state.decoded();
  const before = (ms: number) => new Date(Date.parse(`${now}Z`) - ms).toISOString().slice(0, 19);
  if (!isKnown) state.attendance.length = 0;
  const last = state.attendance.at(-1)?.packedTime;
  const earliest = before(DAYS * DAY_MS);
  const since = last === undefined ? null : unpackTime(last);
  const from = since !== null && since > earliest ? since : earliest;
  for (const punch of workdays(workers, from, now, options.seed)) state.addPunch(punch);
  if (isKnown) return;
  for (const [at, ms] of JUST_NOW_MS.entries()) {
    const worker = workers[at];
    if (worker === undefined) continue;
    state.addPunch({
      uid: worker.uid,
      userId: worker.userId,
      verify: 1,
      state: 0,
      packedTime: packTime(before(ms)),
    });
  }
  state.attendance.sort((a, b) => a.packedTime - b.packedTime);
}

/** Says once for each enrolment how to press a finger here. */
function tellEnrolments(id: string, terminal: SimulatedTerminal, say: (line: string) => void): () => void {
  let told: object | null = null;
  return terminal.watch(() => {
    const { enrolment } = terminal;
    if (enrolment === told) return;
    told = enrolment;
    if (enrolment === null) return;
    say(`'${id}' waits for a finger of user ${enrolment.plan.userId}. Press it: npm run finger -- ${id}`);
  });
}
