// npm run smoke: walks a deployment from the API over broker and agent to a terminal and back, and says what failed and what to do.
import { Command } from 'commander';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { apiAt } from './api.ts';
import { type Outcome, steps, type Walk } from './steps.ts';

interface Flags {
  readonly url: string;
  readonly token: string;
  readonly site?: string;
  readonly write?: string;
}

const program = new Command('npm run smoke --')
  .description(
    'Walk from the API over broker and agent to a terminal and back. Only reads, unless --write names a terminal: ' +
      'there a user is added and taken off again.',
  )
  .requiredOption('--url <url>', 'of the API: output Url of the stack')
  .requiredOption(
    '--token <token>',
    'with the scopes sites:admin, devices:read, users:read, events:read; for --write users:write',
  )
  .option('--site <id>', 'the branch to walk to; without it one that is connected')
  .option('--write <device>', 'a terminal that may be written to')
  .showHelpAfterError();

function lineOf(name: string, outcome: Outcome): string {
  const place = name.padEnd(14);
  if ('ok' in outcome) return `ok    ${place}${outcome.ok}`;
  if ('skip' in outcome) return `skip  ${place}${outcome.skip}`;
  return `FAIL  ${place}${outcome.fail}\n      ${' '.repeat(14)}${outcome.todo}`;
}

const { url, token, site, write } = program.parse().opts<Flags>();
if (!/^https?:\/\/[^/]+/.test(url)) program.error(`--url ${url}: a URL, https://…`);
if (site !== undefined && !slugSchema.safeParse(site).success) {
  program.error(`--site ${site}: 1 to 32 of a-z, 0-9 and -.`);
}

const walk: Walk = { api: apiAt(url.replace(/\/+$/, ''), token), wanted: { site, write } };
let failures = 0;
for (const { name, run } of steps) {
  const outcome = await run(walk);
  console.log(lineOf(name, outcome));
  if ('fail' in outcome) failures += 1;
  // Without an API or a token nothing else can be said.
  if ('fail' in outcome && (name === 'API' || name === 'Token')) break;
}
console.log(failures === 0 ? 'All of it works.' : `${failures} of the steps failed.`);
process.exit(failures === 0 ? 0 : 1);
