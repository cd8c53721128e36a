// How far an update is, on disk: each step is written down before it is begun, and may be done again from its beginning.
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { versionSchema } from '../../shared/domain/agent-package.ts';
import {
  updateReasonSchema,
  updateReportSchema,
  updateRequestSchema,
} from '../../shared/domain/agent-update.ts';
import { writeDurably } from './durable.ts';

/** How the agent stood before: the new version must stand no worse. */
const baselineSchema = z.object({
  connected: z.boolean(),
  /** Terminals that it could work with. */
  reached: z.array(z.string()),
});
export type Baseline = z.infer<typeof baselineSchema>;

const asked = {
  ...updateRequestSchema.shape,
  /** How the agent stood when it was asked for; absent: an updater of an earlier version has begun it. */
  seen: baselineSchema.optional(),
  /** The version that ran when it was asked for: the way back. */
  from: versionSchema,
};
const known = {
  ...asked,
  /** As the manifest says. */
  floor: versionSchema,
};

const underWaySchema = z.discriminatedUnion('step', [
  /** The package is fetched and checked. */
  z.object({ step: z.literal('fetch'), ...asked }),
  /** It is unpacked beside the version that runs. */
  z.object({ step: z.literal('unpack'), ...known }),
  /** From here on the new version is the one that is started. */
  z.object({ step: z.literal('switch'), ...known, baseline: baselineSchema }),
  /** It runs, and has to show that it works. */
  z.object({ step: z.literal('prove'), ...known, baseline: baselineSchema, tries: z.int().min(0) }),
  /** It has: it stays. */
  z.object({ step: z.literal('keep'), ...known }),
  /** It has not: the version before is started again. */
  z.object({ step: z.literal('back'), ...known, reason: updateReasonSchema }),
]);
export type UnderWay = z.infer<typeof underWaySchema>;
export type At<S extends UnderWay['step']> = Extract<UnderWay, { readonly step: S }>;

export const stateSchema = z.object({
  /** No version below this one is taken; null: any. */
  floor: versionSchema.nullable(),
  /** The last update that is over. */
  last: updateReportSchema.extend({ version: versionSchema }).nullable(),
  underWay: underWaySchema.nullable(),
});
export type State = z.infer<typeof stateSchema>;

export const NOTHING_YET: State = { floor: null, last: null, underWay: null };

export interface Memory {
  /** @throws Error where what is there cannot be understood: it is not guessed at */
  load(): State;
  /** On disk when it returns. */
  save(state: State): void;
}

export class StateFile implements Memory {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  load(): State {
    return readState(this.#file) ?? NOTHING_YET;
  }

  save(state: State): void {
    // The agent reads it, to tell the cloud.
    writeDurably(this.#file, `${JSON.stringify(state)}\n`, 0o644);
  }
}

/** What the updater has written last; null if there was nothing yet. @throws Error where it cannot be read or understood */
export function readState(file: string): State | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return stateSchema.parse(JSON.parse(text));
}
