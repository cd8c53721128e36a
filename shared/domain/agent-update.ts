// An update of an agent: what is asked for, how far it is, and why it came to nothing.
import * as z from 'zod';
import { sha256Schema, versionSchema } from './agent-package.ts';
import { commandIdSchema } from './identifiers.ts';

/**
 * - `unsupported`: there is no updater beside this agent, or no key is pinned
 * - `download`: the package could not be fetched whole
 * - `size`, `hash`: it is not what was asked for, or not what its manifest says
 * - `signature`: the pinned key has not signed it
 * - `platform`, `version`: it is for another machine, or of another version than was asked for
 * - `downgrade`: it is older than what runs, or than what runs allows
 * - `storage`: it could not be put on disk
 * - `not_started`: the new version did not answer in time
 * - `not_connected`: it did not get the line to the cloud that the one before had
 * - `terminals`: it did not reach a terminal that the one before had
 * - `interrupted`: the machine or the updater went down time after time while it had to prove itself
 */
export const updateReasonSchema = z.enum([
  'unsupported',
  'download',
  'size',
  'hash',
  'signature',
  'platform',
  'version',
  'downgrade',
  'storage',
  'not_started',
  'not_connected',
  'terminals',
  'interrupted',
]);
export type UpdateReason = z.infer<typeof updateReasonSchema>;

/** Who asks for the same update twice gives it the same id: it is done once. */
export const updateRequestSchema = z.strictObject({
  id: commandIdSchema,
  version: versionSchema,
  /** Of the signed package: https, or a file of the mini-PC. */
  url: z.url().max(2048),
  /** Of the file at that address. */
  sha256: sha256Schema,
});
export type UpdateRequest = z.infer<typeof updateRequestSchema>;

/** What an agent tells of the last update that was asked of it. A reason that only a newer agent knows is left out. */
export const updateReportSchema = z.object({
  id: commandIdSchema,
  state: z.enum(['under_way', 'updated', 'failed']),
  reason: updateReasonSchema.optional().catch(undefined),
});
export type UpdateReport = z.infer<typeof updateReportSchema>;
