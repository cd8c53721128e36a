// The one table of prices, and what a fleet is taken to do: the model of costs is made of these and of what was counted.

/** US dollars, US East (N. Virginia), end of 2025, without free tiers, taxes and discounts. */
export const PRICES = {
  /** HTTP API, a request. */
  requests: 1.0 / 1e6,
  /** Lambda on arm64, a call and a GB-second. */
  calls: 0.2 / 1e6,
  gbSeconds: 0.0000133334,
  /** DynamoDB on demand: 1 KB written; 4 KB read, strongly consistent. */
  writes: 0.625 / 1e6,
  reads: 0.125 / 1e6,
  /** IoT Core: 5 KB of a message, a rule set off, an action of one; a minute connected. */
  messages: 1.0 / 1e6,
  rules: 0.15 / 1e6,
  actions: 0.15 / 1e6,
  minutes: 0.08 / 1e6,
  /** DynamoDB: a GB for a month, with restoring to any second. */
  storedGb: 0.25 + 0.2,
  /** CloudWatch: a GB of logs taken in and kept for a month. */
  loggedGb: 0.5 + 0.03,
  /** Data out, a GB. */
  outGb: 0.09,
  /** For a stage and month: a secret, 67 metrics in alarms, 8 metrics of logs, 91 metrics of commands. */
  stage: 0.4 + 67 * 0.1 + 8 * 0.3 + 91 * 0.3,
} as const;

/** How long a call takes, ms: on one machine nothing is measured that holds in AWS, so it is assumed. Who waits for a terminal waits 250 ms. */
export const TAKES_MS: Readonly<Record<string, number>> = {
  authorizer: 10,
  users: 250,
  access: 250,
  identifiers: 250,
  people: 250,
  intake: 50,
  presence: 50,
  keep: 10,
  deliver: 10,
  alert: 20,
  jobs: 10,
};

/** What one of each leaves behind: KB of logs, KB answered, and KB-months stored. */
export const LEAVES: Readonly<
  Record<string, { readonly logs: number; readonly out: number; readonly stored: number }>
> = {
  // A week of the ledger's rows, a month of the feed, 400 days of the audit log.
  change: { logs: 5, out: 1, stored: 2 * (7 / 30) + 0.3 + 1.3 * 13.3 },
  question: { logs: 3, out: 1, stored: 2 * (7 / 30) },
  list: { logs: 3, out: 300, stored: 35 * (7 / 30) },
  // 400 days in the table and its index, a month of the feed.
  punch: { logs: 2, out: 0, stored: 13.3 + 0.3 },
  person: { logs: 5, out: 1, stored: 3 + 1.3 * 13.3 },
  rule: { logs: 4, out: 1, stored: 2 * (7 / 30) + 1.3 * 13.3 },
  hello: { logs: 2, out: 0, stored: 0 },
  reconnect: { logs: 4, out: 0, stored: 0.6 },
};

/** What a branch with three terminals does on a day. */
export const DAY: Readonly<Record<string, number>> = {
  change: 5,
  question: 14,
  list: 1,
  punch: 120,
  person: 0.5,
  rule: 1,
  hello: 8,
  reconnect: 2,
};
