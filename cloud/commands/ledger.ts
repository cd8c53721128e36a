// The ledger: every command sent, with its replies and progress beside it.
import * as z from 'zod';
import { type RouteName, routes } from '../../shared/api/routes.ts';
import type { Applied, ErrorParams } from '../../shared/errors.ts';
import { isErrorCode } from '../../shared/errors.ts';
import type { Progress, Reply } from '../../shared/wire/envelope.ts';
import { isOperation } from '../../shared/wire/operations.ts';

/** Ended by the cloud itself: it is known that the command never left. */
const unsentSchema = z.object({
  code: z.string().refine(isErrorCode),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  at: z.number(),
});

/** A command as the ledger keeps it: never its arguments, a repeat brings them along. */
export const commandRowSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  site: z.string(),
  /** Empty where it is about the branch itself. */
  device: z.string(),
  deviceName: z.string(),
  /** The action that was asked for, by its route's name: the scope there says who may see the command. */
  route: z.string().refine((name): name is RouteName => Object.hasOwn(routes, name)),
  op: z.string().refine(isOperation),
  /** Who asked for it: the token's `sub`. Rows of before have none. */
  subject: z.string().optional(),
  /** The badge that it is about, where it is about one. Never a name, PIN or card. */
  userId: z.string().optional(),
  /** A delete that keeps no copy of the user, and whose name the ledger has not forgotten yet. */
  purge: z.literal(true).optional(),
  /** Epoch ms. */
  issuedAt: z.number(),
  notAfter: z.number(),
  /** How often it was handed to the message service: from the second try on an earlier one may have arrived. */
  tries: z.number(),
  unsent: unsentSchema.optional(),
});
export type CommandRow = z.infer<typeof commandRowSchema>;
export type Unsent = z.infer<typeof unsentSchema>;

/** One reply message: the envelope, and when the rule stored it (epoch ms). */
export interface StoredReply {
  readonly reply: Reply;
  readonly at: number;
  /** What the same look at the ledger has shown beside it, by sort key: its parts, where they are few. */
  readonly beside?: ReadonlyMap<string, string>;
}

/** How a command ended, whoever knows it: the agent's reply, or the cloud for what never left. */
export interface Settlement {
  readonly status: Reply['status'];
  readonly code?: string;
  readonly params: ErrorParams;
  readonly applied: Applied;
  readonly verified: Reply['verified'];
  /** The operation's result, for `ok`; not yet checked against its schema. */
  readonly data?: unknown;
  /** Epoch ms. */
  readonly at: number;
  /** What the agent measured, in ms: until the terminal's turn came, and at the terminal. */
  readonly spent?: Pick<Reply, 'queueMs' | 'deviceMs'>;
}

/** What one page of a listing holds: newest first. */
export interface CommandPage {
  readonly commands: readonly CommandRow[];
  /** Id to go on after, absent on the last page. */
  readonly next?: string;
}

/** Which commands; all where nothing is said. */
export interface CommandsWanted {
  readonly device?: string | undefined;
  readonly site?: string | undefined;
  readonly op?: string | undefined;
  readonly userId?: string | undefined;
  /** Made before this id. */
  readonly before?: string | undefined;
}

export interface Ledger {
  /** Puts a new command; false where its id is taken. */
  create(command: CommandRow): Promise<boolean>;
  command(tenant: string, id: string): Promise<CommandRow | null>;
  /** Counts one more try of a command that has not ended unsent; the row after it, or null. */
  tryAgain(tenant: string, id: string): Promise<CommandRow | null>;
  /** Ends a command that never left, if it was tried no more than once; tells whether it did. */
  markUnsent(tenant: string, id: string, unsent: Unsent): Promise<boolean>;
  /** The replies of the command's own site, without their binary parts; strongly consistent. */
  replies(command: CommandRow): Promise<StoredReply[]>;
  /**
   * The unzipped data of an `ok` reply that came in parts, or null while any is missing or damaged.
   * @param beside of that reply: parts that are all in there are not read again
   */
  parts(command: CommandRow, count: number, beside?: StoredReply['beside']): Promise<unknown>;
  progress(command: CommandRow): Promise<Progress | null>;
  /** Commands of a tenant, newest first: `limit` rows are looked at. */
  list(tenant: string, limit: number, wanted: CommandsWanted): Promise<CommandPage>;
}
