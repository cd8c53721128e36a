// The SQL of the IoT rules: what they make of an agent's message, by its topic alone.
import { LEDGER_SECONDS } from '../../cloud/store/keys.ts';
import { CHANGED_PART } from '../../shared/wire/events.ts';
import { topics, withoutRule } from '../../shared/wire/topics.ts';

/** One level of a topic, any. */
const ANY = { tenant: '+', site: '+' };

/** Needed for `encode` of a payload that is not JSON. */
export const SQL_VERSION = '2016-03-23';

/** A ULID, and the name of a reply's part, as shared/wire/topics.ts has them. */
const COMMAND_ID = '^[0-7][0-9A-HJKMNP-TV-Z]{25}$';
const PART = '^[a-z]+-[0-9]{1,4}$';
const CLIENT_ID = '^[a-z0-9-]{1,32}_[a-z0-9-]{1,32}$';

/** The body in base64, whatever it is: parts of a large answer are gzip. */
const BODY = "encode(*, 'base64') AS body";

/**
 * The row of a reply or of progress, exactly `ruleItem` of cloud/store/keys.ts. In
 * `sereno/v1/{tenant}/{site}/res/{commandId}/{part}` the levels are counted from 1. No name of the payload is
 * looked at, so that binary payloads pass. Source: AWS IoT Core developer guide, "Working with binary payloads".
 */
function row(sortKey: string, from: string, where: string): string {
  const columns = [
    "concat('T#', topic(3), '#C#', topic(6)) AS pk",
    `${sortKey} AS sk`,
    BODY,
    'timestamp() AS at',
    `floor(timestamp() / 1000) + ${LEDGER_SECONDS} AS expiresAt`,
  ];
  return `SELECT ${columns.join(', ')} FROM '${from}' WHERE ${where}`;
}

function presence(kind: string, from: string, more = ''): string {
  const columns = `topic(3) AS tenant, topic(4) AS site, '${kind}' AS kind, timestamp() AS at, ${BODY}${more}`;
  return `SELECT ${columns} FROM '${from}'`;
}

const isCommand = `regexp_matches(topic(6), '${COMMAND_ID}')`;

/** Rules whose result is put into the table. */
export const rowRules = {
  reply: row(
    "concat('R#', topic(4), '#', topic(7))",
    topics.reply(ANY, '+', '+'),
    `${isCommand} AND regexp_matches(topic(7), '${PART}')`,
  ),
  progress: row("concat('P#', topic(4))", topics.progress(ANY, '+'), isCommand),
} as const;

/**
 * Rules whose result the presence function is called with. A connection that a newer one of the same agent took
 * over (`DUPLICATE_CLIENTID`) is no absence; `timestamp` is when a connection ended, `timestamp()` the time now. Source: AWS IoT Core developer guide, "Lifecycle events".
 */
export const presenceRules = {
  /** `principal()` is the id of the certificate that the connection was made with. */
  hello: presence('hello', withoutRule(topics.hello(ANY)), ', principal() AS certificate'),
  will: presence('will', topics.will(ANY)),
  disconnected: [
    "SELECT substring(clientId, 0, indexof(clientId, '_')) AS tenant",
    "substring(clientId, indexof(clientId, '_') + 1) AS site",
    'timestamp AS at',
    `'disconnected' AS kind FROM '$aws/events/presence/disconnected/+' WHERE regexp_matches(clientId, '${CLIENT_ID}')`,
  ]
    .join(', ')
    .concat(" AND disconnectReason <> 'DUPLICATE_CLIENTID'"),
} as const;

/**
 * The rule that agents hand their events to, by its name (Basic Ingest): `topic()` counts what follows that name.
 * Source: AWS IoT Core developer guide, "Reducing messaging costs with Basic Ingest".
 */
export const eventsRule = [
  "SELECT 'events' AS kind, topic(3) AS tenant, topic(4) AS site, timestamp() AS at",
  `${BODY} FROM '${withoutRule(topics.events(ANY, '+'))}'`,
].join(', ');

/** The rule that agents hand their requests for a new certificate to, by its name, too. */
export const renewalRule = [
  "SELECT 'renewal' AS kind, topic(3) AS tenant, topic(4) AS site, timestamp() AS at, principal() AS certificate",
  `${BODY} FROM '${withoutRule(topics.renewal(ANY))}'`,
].join(', ');

/** Replies to commands that have changed something: the intake function tells of the changed user. */
export const settledRule = [
  "SELECT 'settled' AS kind, topic(3) AS tenant, topic(4) AS site, timestamp() AS at, topic(6) AS command",
  `FROM '${topics.reply(ANY, '+', CHANGED_PART)}'`,
  `WHERE ${isCommand} AND verified <> 'none'`,
].join(' ');
