// docs/costs.md, made of the prices, the habits and what was counted.
import { SWEEP_SHARE } from '../../../shared/wire/envelope.ts';
import { SCENARIOS } from '../calls/scenarios.ts';
import { COUNTED } from './counted.ts';
import type { Happening } from './happening.ts';
import { costOf, type Fleet, leftOf, monthOf, type Priced, ratesOf, sumsOf, total } from './model.ts';
import { DAY, LEAVES, PRICES, TAKES_MS } from './prices.ts';

const FLEETS: readonly (Fleet & { readonly name: string })[] = [
  { name: '1,000 branches, one company', branches: 1000, tenants: 1, cells: 1 },
  { name: '10,000, one company', branches: 10_000, tenants: 1, cells: 1 },
  { name: '10,000, 200 companies', branches: 10_000, tenants: 200, cells: 1 },
  { name: '100,000, 2,000 companies, 10 cells', branches: 100_000, tenants: 2000, cells: 10 },
];

const UNITS: readonly (readonly [Priced, string])[] = [
  ['requests', 'Requests'],
  ['calls', 'Functions'],
  ['gbSeconds', 'GB-s'],
  ['writes', 'Writes'],
  ['reads', 'Reads'],
  ['messages', 'Messages'],
  ['rules', 'Rules'],
  ['actions', 'Actions'],
];

const WHAT: Readonly<Record<string, string>> = {
  connected: 'Being connected',
  change: 'Changes of users',
  question: 'Questions',
  list: 'Lists of 2,000 users',
  punch: 'Punches',
  person: 'People who are wanted elsewhere',
  rule: 'Visitors with a window',
  hello: 'Hellos',
  reconnect: 'Lost lines',
  sweeps: 'Sweeps',
  clock: 'What the clock calls',
  stages: 'Stages',
};

const money = (dollars: number): string =>
  dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const count = (units: number): string => units.toLocaleString('en-US', { maximumFractionDigits: 3 });

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function perMillion(): string {
  const rows = SCENARIOS.map(({ name, what }) => {
    const sums = sumsOf(COUNTED[name as Happening]);
    const left = leftOf(name) * 1e6;
    const all = costOf(name as Happening) * 1e6;
    return [what, ...UNITS.map(([unit]) => count(sums[unit])), money(left), money(all)];
  });
  return table(['One of it', ...UNITS.map(([, name]) => name), 'Left, US$', 'A million, US$'], rows);
}

function prices(): string {
  const rows = [
    ['HTTP API', `${money(PRICES.requests * 1e6)} a million requests`],
    [
      'Lambda, arm64',
      `${money(PRICES.calls * 1e6)} a million calls, ${PRICES.gbSeconds.toFixed(10)} a GB-second`,
    ],
    [
      'DynamoDB on demand',
      `${PRICES.writes * 1e6} a million writes (1 KB), ${PRICES.reads * 1e6} a million reads (4 KB, strongly consistent), ${PRICES.storedGb.toFixed(2)} a GB-month with restoring`,
    ],
    [
      'IoT Core',
      `${money(PRICES.messages * 1e6)} a million messages (5 KB), ${PRICES.rules * 1e6} a million rules, ${PRICES.actions * 1e6} a million actions, ${PRICES.minutes * 1e6} a million minutes connected`,
    ],
    ['CloudWatch', `${PRICES.loggedGb.toFixed(2)} a GB of logs, kept a month`],
    ['Data out', `${PRICES.outGb} a GB`],
    [
      'A stage',
      `${money(PRICES.stage)} a month: a secret, 67 metrics in alarms, 8 of logs, 91 of commands if all are in use`,
    ],
  ];
  return table(['Price', 'US$'], rows);
}

function months(): string {
  const all = FLEETS.map(monthOf);
  const rows = Object.entries(WHAT).map(([name, what]) => {
    const times = DAY[name];
    return [
      times === undefined ? what : `${what}: ${count(times)} a day`,
      ...all.map((month) => money(month[name] ?? 0)),
    ];
  });
  const sums = ['**Sum, US$ a month**', ...all.map((month) => `**${money(total(month))}**`)];
  const each = ['a branch', ...FLEETS.map((fleet, at) => money(total(all[at] ?? {}) / fleet.branches))];
  return table(['', ...FLEETS.map(({ name }) => name)], [...rows, sums, each]);
}

function rates(): string {
  const sizes = [1000, 10_000, 100_000];
  const all = sizes.map(ratesOf);
  const row = (name: string, of: (rate: ReturnType<typeof ratesOf>) => number): string[] => [
    name,
    ...all.map((rate) => of(rate).toLocaleString('en-US', { maximumFractionDigits: 1 })),
  ];
  return table(
    ['A second, while people work', ...sizes.map((size) => `${size.toLocaleString('en-US')} branches`)],
    [
      row('requests of the API', ({ requests }) => requests),
      row('functions called', ({ calls }) => calls),
      row('functions at a time', ({ waiting }) => waiting),
      row('messages of the broker', ({ messages }) => messages),
      row('rules', ({ rules }) => rules),
      row('units written', ({ writes }) => writes),
      row('units read', ({ reads }) => reads),
    ],
  );
}

/** The whole page. */
export function costsPage(): string {
  const takes = Object.entries(TAKES_MS).map(([name, ms]) => `${name} ${ms}`);
  const leaves = Object.entries(LEAVES).map(([name, { logs }]) => `${name} ${logs}`);
  return `# What it costs

Written by \`npm run costs\` from three things: one table of prices, what each thing that happens calls (counted by \`BENCH_KEEP=1 npm run bench -- calls\`),
and what a branch is taken to do on a day. A test counts again and fails where model and run are more than 10 % apart.

## Prices

US East (N. Virginia), end of 2025, without free tiers, taxes and discounts. Check them.

${prices()}

## What was counted

The whole system in local mode, one branch with three terminals (15 ms a command, 30 ms a write more, 1 ms a KB), on the average of 3 to 20 times. Units of the table are counted as DynamoDB does: the longer of the row before
and after, twice in a transaction, the index apart. Messages are counted at their dearest reading: the call of a direct message, its answer, the message itself, its PUBACK. What goes straight to a rule is no message.
Lists are several messages to a rule, whose rows are long. How long a function takes is assumed (ms: ${takes.join(', ')}), and so are KB of logs (${leaves.join(', ')}) and what stays in the table for how long.

${perMillion()}

A terminal that takes 5 s instead of 250 ms costs 4.75 × 0.5 GB-s more a call: ${money(4.75 * 0.5 * PRICES.gbSeconds * 1e6)} a million for waiting, and 19 looks each: ${money(19 * PRICES.reads * 1e6)}.
An \`Idempotency-Key\` adds a write: ${money(PRICES.writes * 1e6)} a million. A webhook adds, for each event that comes alone, 5 writes and 6 reads: ${money((5 * PRICES.writes + 6 * PRICES.reads) * 1e6)} a million, and its receiver's time.
Keeping the audit log of changes for 400 days is ${money(1.3 * 13.3 * PRICES.storedGb)} of a change's million; with \`auditDays\` 90 it is ${money(1.3 * 3 * PRICES.storedGb)}.
A reader who waits with \`GET /events?wait=20\` all day looks twice a second: 5.2 million reads a month, 0.65, and holds a function: 17.28 for a month of 0.5 GB. So a portal that wants to know at once takes a webhook.

**An idle branch** says nothing for hours: in 24 of them an agent with three terminals said 4 or 5 hellos and nothing else, with or without people and visitors to keep (a clock moved by hand, the real agent). Pings are free.
A sweep asks the broker about one connected site in ${SWEEP_SHARE}; each question is a message.

## What a fleet costs

A branch has three terminals and does on a day what the table says. What the clock calls is looked after once for all, alerts company by company.

${months()}

## How much happens

What quotas are held against ([cells.md](cells.md)): the day's work within eight hours.

${rates()}
`;
}
