// The one typed map from operation to its arguments and result: what an agent can be asked.
import * as z from 'zod';
import {
  identifierInfoSchema,
  identifierNumberSchema,
  identifierTypeSchema,
  identifierWishSchema,
  wiegandSchema,
} from '../domain/access-identifier.ts';
import { updateRequestSchema } from '../domain/agent-update.ts';
import { attendanceSchema } from '../domain/attendance.ts';
import {
  giveFingersArgs,
  giveFingersResult,
  sealFingersArgs,
  sealFingersResult,
} from '../domain/carried-fingers.ts';
import { MOST_CERTIFICATE_DAYS } from '../domain/certificate.ts';
import { commKeySchema, deviceInfoShape, deviceSettingsShape, serialSchema } from '../domain/device.ts';
import { foundSchema, MOST_FOUND, MOST_NETWORKS } from '../domain/found-terminal.ts';
import { commandIdSchema, deviceIdSchema } from '../domain/identifiers.ts';
import { userFieldsSchema, userSchema } from '../domain/user.ts';
import { MOST_WANTED, wantedPersonSchema } from '../domain/wanted-person.ts';
import type { PhraseKey } from '../phrases.ts';
import { replyStatusSchema, verifiedSchema } from './envelope.ts';

/** Users of one batch. */
export const MOST_USERS = 1000;
/** Identifiers of one batch. */
export const MOST_IDENTIFIERS = 1000;

const userId = z.string().min(1).max(256);
/** Which record of a badge is meant, if several have it. */
const uid = z.int().min(0).max(65535).optional();
const cursor = z.string().max(256).optional();
const limit = z.int().min(1).max(5000).optional();
/** What became of each item, in the order in which they were asked. */
const infos = z.object({ infos: z.array(identifierInfoSchema).max(MOST_IDENTIFIERS) });
/** ISO 8601 instant, UTC: how fresh the data is. */
const asOf = z.iso.datetime();
const verify = z.enum(['readback']).optional();

const none = z.strictObject({});

/** One of many writes at a terminal. */
export const batchItemSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('put'), user_id: userId, fields: userFieldsSchema, uid }),
  z.strictObject({ do: z.literal('delete'), user_id: userId, uid, all: z.boolean().optional() }),
]);
export type BatchItem = z.infer<typeof batchItemSchema>;

/** What became of one of them: as a reply says it of a command of its own. */
export const batchResultSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    verified: verifiedSchema,
    uid: z.int().optional(),
    /** Somebody new was made; absent where somebody was changed or taken off, and from older agents. */
    made: z.literal(true).optional(),
  }),
  z.object({
    status: replyStatusSchema.exclude(['ok']),
    code: z.string().max(64),
    /** Of the catalogue's sentence for `code`. */
    params: z.record(z.string(), z.unknown()),
    applied: z.enum(['yes', 'no', 'partial', 'unknown']),
  }),
]);
export type BatchResult = z.infer<typeof batchResultSchema>;

/**
 * - `read`: a question to a terminal that changes nothing there
 * - `write`: a change of a terminal's users: journalled in full, never run twice, ordered per user
 * - `act`: anything else that is done at a terminal
 * - `own`: a change of the agent's own list of devices
 * - `batch`: many writes at one terminal, each under an id of its own; begun again after a crash, and never done twice
 * - `rule`: a change of what the agent keeps by itself; begun again after a crash, and never done twice
 * - `recall`: a question about what the agent keeps; changes nothing
 * - `survey`: a look at the network of the branch; changes nothing
 * - `word`: news from the cloud for the agent
 * - `inquiry`: about another command; answered at once from the journal
 */
export type OperationKind =
  | 'read'
  | 'write'
  | 'act'
  | 'own'
  | 'batch'
  | 'rule'
  | 'recall'
  | 'survey'
  | 'word'
  | 'inquiry';

interface OperationRow {
  readonly kind: OperationKind;
  /** May outlast one HTTP call: its deadline is only for its beginning, and it reports progress. */
  readonly long?: true;
  /** Its first progress is what its caller is answered with; it goes on after that. */
  readonly begins?: true;
  /** While it runs, others are told that the device is busy, with this phrase. */
  readonly holds?: PhraseKey;
  readonly args: z.ZodType;
  readonly result: z.ZodType;
}

export const operations = {
  'user.list': {
    kind: 'read',
    long: true,
    args: z.strictObject({
      limit,
      cursor,
      search: z.string().max(256).optional(),
      refresh: z.boolean().optional(),
    }),
    result: z.object({
      total: z.int().min(0),
      as_of: asOf,
      data: z.array(userSchema),
      next_cursor: z.string().optional(),
    }),
  },
  'user.get': {
    kind: 'read',
    args: z.strictObject({ user_id: userId, uid }),
    result: z.object({ as_of: asOf, user: userSchema }),
  },
  'user.put': {
    kind: 'write',
    args: z.strictObject({
      /** `put`: somebody new, or an update of who is there; somebody new needs a name. */
      mode: z.enum(['create', 'update', 'put']),
      user_id: userId,
      fields: userFieldsSchema,
      /** An update is made only while the record holds all of these: else it is `conflict`. */
      expect: userFieldsSchema.optional(),
      uid,
      verify,
    }),
    result: z.object({ uid: z.int(), user_id: z.string(), name: z.string() }),
  },
  'user.delete': {
    kind: 'write',
    args: z.strictObject({
      user_id: userId,
      uid,
      /** All records of the badge, however many. */
      all: z.boolean().optional(),
      purge: z.boolean().optional(),
      verify,
    }),
    result: z.object({ user_id: z.string() }),
  },
  'user.restore': {
    kind: 'write',
    args: z.strictObject({ user_id: userId, verify }),
    result: z.object({ user_id: z.string(), fingers: z.int().min(0) }),
  },
  /**
   * Each item is done by itself, in this order where they are about one user; `notAfter` holds for each. One that the terminal is
   * not there for waits until then.
   */
  'user.batch': {
    kind: 'batch',
    long: true,
    args: z.strictObject({ items: z.array(batchItemSchema).min(1).max(MOST_USERS) }),
    /** In the order in which they were asked. */
    result: z.object({ results: z.array(batchResultSchema).max(MOST_USERS) }),
  },
  'finger.list': {
    kind: 'read',
    args: z.strictObject({ user_id: userId, uid }),
    result: z.object({ data: z.array(z.object({ finger_index: z.int(), size: z.int() })) }),
  },
  'finger.enroll': {
    kind: 'act',
    long: true,
    begins: true,
    holds: 'busy_enrolling',
    args: z.strictObject({
      user_id: userId,
      finger_index: z.int().min(0).max(9),
      replace: z.boolean().optional(),
    }),
    result: z.object({ user_id: z.string(), finger_index: z.int() }),
  },
  'attendance.list': {
    kind: 'read',
    long: true,
    args: z.strictObject({
      user_id: userId.optional(),
      /** Local dates and times of the terminal, both inclusive, `YYYY-MM-DDTHH:MM:SS`. */
      from: z.string().max(19).optional(),
      to: z.string().max(19).optional(),
      limit,
      cursor,
    }),
    result: z.object({
      total: z.int().min(0),
      as_of: asOf,
      skipped: z.int().min(0),
      data: z.array(attendanceSchema),
      next_cursor: z.string().optional(),
    }),
  },
  'device.ping': { kind: 'read', args: none, result: z.object({ device_time: z.string(), ip: z.string() }) },
  'device.info': {
    kind: 'read',
    args: none,
    result: z.object({
      ...deviceInfoShape,
    }),
  },
  'device.sync_time': { kind: 'act', args: none, result: z.object({ device_time: z.string() }) },
  'device.put': {
    kind: 'own',
    args: z.strictObject({
      mode: z.enum(['create', 'update']),
      id: deviceIdSchema,
      name: z.string().min(1).max(128).optional(),
      host: z.string().min(1).max(255).optional(),
      comm_key: commKeySchema.optional(),
      ...z.object(deviceSettingsShape).partial().shape,
      /** The serial number that is the right one from now on. */
      accept_serial: serialSchema.optional(),
    }),
    result: z.object({ id: z.string() }),
  },
  'device.delete': { kind: 'own', args: none, result: z.object({ id: z.string() }) },
  /** How a terminal is reached and read, all of it said; of the comm key only whether there is one. */
  'device.settings': {
    kind: 'recall',
    args: none,
    result: z.object({
      id: deviceIdSchema,
      name: z.string(),
      host: z.string(),
      has_comm_key: z.boolean(),
      /** `file`: agent.yaml has it, and it can be changed there alone. */
      source: z.enum(['file', 'api']),
      ...deviceSettingsShape,
    }),
  },
  /** What succeeds changes something, each item by itself; a batch's items are of one type. */
  'identifier.put': {
    kind: 'rule',
    args: z.strictObject({
      type: identifierTypeSchema,
      items: z.array(identifierWishSchema).min(1).max(MOST_IDENTIFIERS),
    }),
    result: infos,
  },
  'identifier.delete': {
    kind: 'rule',
    args: z.strictObject({
      type: identifierTypeSchema,
      numbers: z.array(identifierNumberSchema).min(1).max(MOST_IDENTIFIERS),
    }),
    result: infos,
  },
  /** All passes are left again. */
  'identifier.reset': {
    kind: 'rule',
    args: z.strictObject({ type: identifierTypeSchema, number: identifierNumberSchema }),
    result: infos,
  },
  /** `sealed` holds `{total, data}`, of `identifierSchema`: see shared/domain/sealed.ts. PINs are among it. */
  'identifier.list': {
    kind: 'recall',
    args: z.strictObject({
      type: identifierTypeSchema,
      number: identifierNumberSchema.optional(),
      limit: z.int().min(1).max(50),
      page: z.int().min(1),
      sort: z.enum(['asc', 'desc']),
      /** Base64 of 32 bytes, made for this question alone. */
      key: z.base64().length(44),
    }),
    result: z.object({ sealed: z.base64() }),
  },
  'wiegand.put': { kind: 'rule', args: wiegandSchema.strict(), result: wiegandSchema },
  'wiegand.get': { kind: 'recall', args: none, result: wiegandSchema },
  /**
   * Who is to be at this terminal from now on, and who must not be. Answered once it is on the agent's disk; what becomes of it is told as events
   * `person.*`. Of one person the highest version counts, in whatever order they come. `epoch` is a ULID that only grows: with `whole`, whoever
   * was not named in this epoch or a later one is not looked after any more; what stands at the terminal stays.
   */
  'people.put': {
    kind: 'rule',
    args: z.strictObject({
      epoch: commandIdSchema,
      items: z.array(wantedPersonSchema).max(MOST_WANTED),
      whole: z.boolean().optional(),
    }),
    /** `stored`: how many items count from now on; those of an older version do not. `store`: as in the hello. */
    result: z.object({ stored: z.int().min(0), store: z.uuid() }),
  },
  /** Fingers of a person who is kept at this terminal, sealed to the agent of another branch: nobody else can read them. */
  'finger.seal': { kind: 'recall', args: sealFingersArgs, result: sealFingersResult },
  /** Puts fingers that another agent has sealed to this one on this terminal, at which the person is kept; into empty slots only. */
  'finger.give': { kind: 'rule', args: giveFingersArgs, result: giveFingersResult },
  /**
   * Looks for terminals in the private networks of the agent's machine, or in one part of them. Nothing is changed, no comm key is sent. It ends by itself
   * after a few minutes at the latest: `asked` is less than `addresses` then.
   */
  'site.discover': {
    kind: 'survey',
    long: true,
    args: z.strictObject({
      port: z.int().min(1).max(65535).optional(),
      /** `192.168.1.0/24`; at most a /22. */
      subnet: z.string().max(18).optional(),
    }),
    result: z.object({
      networks: z.array(z.string().max(18)).max(MOST_NETWORKS),
      addresses: z.int().min(0),
      asked: z.int().min(0),
      found: z.array(foundSchema).max(MOST_FOUND),
    }),
  },
  /** Tells an agent that its hello named devices that another site holds. */
  'device.refused': {
    kind: 'word',
    args: z.strictObject({ devices: z.array(deviceIdSchema).max(500) }),
    result: none,
  },
  /**
   * Tells an agent since when it alone has spoken for its site, epoch ms; 0 if no other ever has. `session` and
   * `seq` name the hello that was heard last.
   */
  'site.tenure': {
    kind: 'word',
    args: z.strictObject({
      session: z.string().min(1).max(64),
      seq: z.int().min(0),
      since: z.int().min(0),
    }),
    result: none,
  },
  /** The certificate that an agent has asked for, PEM, and how many days it is to be used for. */
  'site.certificate': {
    kind: 'word',
    args: z.strictObject({
      certificate: z.string().max(16_384),
      days: z.int().min(1).max(MOST_CERTIFICATE_DAYS),
    }),
    result: none,
  },
  /** The version that is wanted of this agent. It leaves the request for its updater, and tells in its hello what becomes of it. */
  'agent.update': { kind: 'word', args: updateRequestSchema, result: none },
  'op.query': { kind: 'inquiry', args: z.strictObject({ command_id: commandIdSchema }), result: none },
  'op.cancel': {
    kind: 'inquiry',
    args: z.strictObject({ command_id: commandIdSchema }),
    result: z.object({ cancelled: z.boolean() }),
  },
} as const satisfies Record<string, OperationRow>;

export type OperationName = keyof typeof operations;
export type ArgsOf<N extends OperationName> = z.infer<(typeof operations)[N]['args']>;
export type ResultOf<N extends OperationName> = z.infer<(typeof operations)[N]['result']>;
/** The operations of one kind. */
export type OperationOfKind<K extends OperationKind> = {
  [N in OperationName]: (typeof operations)[N]['kind'] extends K ? N : never;
}[OperationName];

/** True if this version knows the operation; an unknown one is rejected, never guessed at. */
export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** True if this version knows the operation as one of that kind. */
export function isOfKind<K extends OperationKind>(kind: K, name: string): name is OperationOfKind<K> {
  return isOperation(name) && operations[name].kind === kind;
}

/** All operations of one kind. */
export function operationsOfKind<K extends OperationKind>(kind: K): OperationOfKind<K>[] {
  return Object.keys(operations).filter((name) => isOfKind(kind, name)) as OperationOfKind<K>[];
}

/** The table's row of any operation. */
export function factsOf(name: OperationName): OperationRow {
  return operations[name];
}

/** The same table as far as arguments go, typed by name. */
const argsByName: { readonly [N in OperationName]: { readonly args: z.ZodType<ArgsOf<N>> } } = operations;

/** @throws ZodError where this version does not understand them */
export function parseArgs<N extends OperationName>(name: N, args: unknown): ArgsOf<N> {
  return argsByName[name].args.parse(args);
}
