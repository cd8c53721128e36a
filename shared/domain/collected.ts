// How the punches of a terminal are collected, as its agent says and the API shows it.
import * as z from 'zod';

/** `live`: the terminal tells of each at once; `polled`: its log is looked at every so often; `off`: they are not collected. */
export const collectModeSchema = z.enum(['live', 'polled', 'off']);

const records = z.int().min(0);

export const collectedSchema = z.object({
  mode: collectModeSchema,
  /** What the terminal held at the first contact: it is taken in the background, the newest first. */
  history: z.object({ done: records, total: records }),
});
export type CollectedPunches = z.infer<typeof collectedSchema>;
