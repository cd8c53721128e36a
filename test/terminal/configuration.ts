// Everything that a simulated terminal can be told to be, with its defaults.
import * as z from 'zod';
import { datagramsSchema } from './datagrams.ts';
import { HOSTILITIES } from './hostile.ts';

const count = z.int().min(0);
const u32 = z.int().min(0).max(0xffffffff);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes');
const localTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

const seedUserSchema = z.union([
  bytes.meta({ description: 'A raw record.' }),
  z.strictObject({
    uid: z.int().min(1).max(65_534).optional(),
    userId: z.string().min(1),
    name: z.string().default(''),
    password: z.string().default(''),
    privilege: z.int().min(0).max(14).default(0),
    disabled: z.boolean().default(false),
    card: u32.default(0),
    group: z.int().min(0).max(255).default(1),
  }),
]);

const seedPunchSchema = z.strictObject({
  userId: z.string(),
  /** Local time, or the packed number itself where it shall be an impossible date. */
  time: z.union([localTime, u32]),
  /** How the person was verified. */
  verify: z.int().min(0).max(15).default(1),
  /** In, out, … */
  state: z.int().min(0).max(15).default(0),
});
export type SeedPunch = z.input<typeof seedPunchSchema>;

const seedTemplateSchema = z.strictObject({
  userId: z.string(),
  finger: z.int().min(0).max(9),
  flag: z.int().min(0).max(3).default(1),
  template: bytes.optional(),
});

export const terminalOptionsSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  port: z.int().min(0).max(65_535).default(0),
  transport: z.enum(['tcp', 'udp', 'both']).default('tcp'),
  /** Seed of whatever is random: contents, splits, garbage. */
  seed: u32.default(1),

  // Identity and abilities
  width: z.union([z.literal(72), z.literal(28)]).default(72),
  userIdBytes: z.union([z.literal(9), z.literal(24)]).default(9),
  pin2Width: z.int().min(1).max(24).default(9),
  letters: z.boolean().default(false),
  /** Options that it does not tell, though it goes by them. */
  hiddenOptions: z.array(z.string()).default([]),
  /** Uids above this are refused. */
  highestUid: z.int().min(1).max(65_535).default(65_535),
  /** Answered to a connect (1000) instead of taking it. */
  connectReply: z.int().nullable().default(null),
  encoding: z.string().default('utf-8'),
  /** Empty: it does not have the option. */
  serialNumber: z.string().default('SIM0000000001'),
  platform: z.string().default('ZLM60_TFT'),
  deviceName: z.string().default('Simulado'),
  firmware: z.string().default('Ver 6.60 Apr 28 2017'),
  /** The kind of templates that it makes; null: it does not say. */
  fingerVersion: z.string().nullable().default('10'),
  capacity: z
    .strictObject({
      users: count.default(30_000),
      fingers: count.default(10_000),
      records: count.default(200_000),
    })
    .prefault({}),

  /** So many of the oldest punches are deleted at once when there is no room for another. */
  cyclicDelete: z.int().min(1).default(1),

  // Contents
  users: z.union([count.max(60_000), z.array(seedUserSchema)]).default(0),
  /** Raw records that stand behind the users in its table, under whatever uid. No write reaches them. */
  moreRecords: z.array(bytes).default([]),
  /** What it hands out as its table of users instead of them. */
  userTable: bytes.nullable().default(null),
  attendance: z.union([count, z.array(seedPunchSchema)]).default(0),
  attendanceWidth: z
    .union([z.literal(8), z.literal('8b'), z.literal(16), z.literal(40), z.literal(49)])
    .default(40),
  /** A number: so many users, from the first on, have one finger. */
  templates: z.union([count, z.array(seedTemplateSchema)]).default(0),

  // Conversation
  commKey: u32.default(0),
  /** Asks for the key even where it is 0. */
  alwaysAskKey: z.boolean().default(false),
  /** Tells its options to whoever has connected, before the key. */
  optionsWithoutKey: z.boolean().default(false),
  /** How a second client is refused while one is served; false: it is served too. */
  oneClient: z.union([z.literal(false), z.enum(['close', 'silent'])]).default(false),
  /** After so long without a request a UDP client counts as gone. */
  udpIdleMs: count.default(10_000),
  answersRestart: z.boolean().default(false),
  liveEventBytes: z
    .union([
      z.literal(10),
      z.literal(12),
      z.literal(14),
      z.literal(32),
      z.literal(36),
      z.literal(37),
      z.literal(52),
    ])
    .default(32)
    .meta({ description: 'Bytes of a live attendance event.' }),
  liveEvents: z.enum(['once', 'twice', 'none', 'refused', 'other']).default('once').meta({
    description:
      'How punches are told to who registered for them; none: to nobody, refused: nobody may register, other: with another status than in the log.',
  }),

  // Bulk reads
  /** Data bytes of one 1501 on TCP. */
  frameBytes: z.int().min(1).max(65_472).default(1008),
  /** `prepared`: 1503 is answered by the whole run (1500, 1501 …, 2000) straight away. */
  bulk: z.enum(['single', 'chunked', 'auto', 'prepared']).default('auto'),
  /** Up to this size `auto` answers with one 1501. */
  singleBytes: count.default(1024),
  /** `bare`: a 1504 is answered by one 1501 alone. */
  chunkAnswer: z.enum(['run', 'bare']).default('run'),
  /** Most bytes of one 1504 that it grants; more are refused. */
  chunkLimit: z
    .strictObject({ tcp: z.int().min(1).default(65_472), udp: z.int().min(1).default(16_384) })
    .prefault({}),
  /** Data bytes of one 1501 over UDP. */
  datagramBytes: z.int().min(1).max(1472).default(1024),
  /** In a run of 1501 frames the session field counts 0, 1, 2 … */
  sessionFieldCounts: z.boolean().default(true),
  /** What follows a template that is answered to 88. */
  templateTail: z.enum(['byte', 'zeros']).default('byte'),

  // The line
  /** Each TCP write is cut into pieces of so many bytes. */
  split: z
    .strictObject({ min: z.int().min(1), max: z.int().min(1) })
    .nullable()
    .default(null),
  /** What happens to datagrams on their way to the client, by the seed. */
  datagrams: datagramsSchema.prefault({}),
  /** The same for datagrams from the client. */
  datagramsIn: datagramsSchema.prefault({}),
  /** All frames that are ready go out in one write. */
  join: z.boolean().default(false),
  /** An event 500 before every frame of an answer. */
  eventsBetween: z.boolean().default(false),
  latency: z
    .strictObject({
      perCommandMs: z.number().min(0).default(0),
      /** More for commands that change what is stored. */
      perWriteMs: z.number().min(0).default(0),
      perKbMs: z.number().min(0).default(0),
      /** More for each record of a write of many users at once (110). */
      perBulkRecordMs: z.number().min(0).default(0),
    })
    .prefault({}),

  // Counters, lock, deletion
  counters: z.enum(['full', 'short', 'none', 'zeroRecords']).default('full'),
  /** Counts that it tells whatever is true. */
  countersSay: z
    .strictObject({
      users: count.optional(),
      fingers: count.optional(),
      records: count.optional(),
      oplog: count.optional(),
      admins: count.optional(),
      passwords: count.optional(),
    })
    .prefault({}),
  /** Writes over the protocol raise the oplog counter. */
  oplogCountsWrites: z.boolean().default(true),
  /** The refresh (1013) behind a write raises it. */
  oplogCountsRefresh: z.boolean().default(false),
  /** Its counters and its table tell of writes over the protocol only once they are refreshed. */
  showsAfterRefresh: z.boolean().default(false),
  /** Changes at the keypad raise it. */
  oplogCountsKeypad: z.boolean().default(true),
  timedDisable: z.enum(['honoured', 'ignored', 'refused']).default('honoured'),
  /** Length of the timed disable's second, so that tests need not wait. */
  secondMs: z.number().min(1).default(1000),
  /** Writes while enabled are refused; they are noted as violations in any case. */
  writesNeedDisable: z.boolean().default(false),
  /** Answered to a write of many users at once (110), or how it goes. */
  bulkWrite: z
    .enum(['whole', 'unknown', 'refused', 'skips', 'stops', 'dies', 'loses', 'mislays'])
    .default('whole')
    .meta({
      description:
        'whole: all of it is stored, or nothing; unknown: it does not know 110; refused: it refuses any; skips: it leaves out every third and says nothing of it; stops: it stores half and refuses; dies: it stores half and hangs up; loses: it drops an upload when anything else is asked before the word, and refuses that; mislays: the same, and it acknowledges.',
    }),
  /** What 19 does on a 72-byte terminal. */
  deleteFinger19: z.enum(['one', 'all']).default('all'),

  // Enrolment and clock
  /** Whether the last sample's own event comes before or after the result. */
  enrolOrder: z.enum(['result-last', 'result-first']).default('result-last'),
  enrolTimeoutMs: z.int().min(1).default(60_000),
  /** Seconds ahead of this machine's local time. */
  clockOffset: z.number().default(0),
  /** Answered to 201 whatever the clock says, e.g. an impossible date. */
  packedClock: u32.nullable().default(null),

  /** Means no good, see hostile.ts; null: an honest one. */
  hostile: z.enum(HOSTILITIES).nullable().default(null),

  /** Requests kept in the log. */
  logLimit: z.int().min(1).default(100_000),
});

/** Options with every default filled in. */
export type TerminalOptions = z.output<typeof terminalOptionsSchema>;
/** Options as given: every one may be left out. */
export type TerminalSettings = z.input<typeof terminalOptionsSchema>;
