// Prints a token of the local issuer: other tenants, fewer scopes, expired ones.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { NARROW_SCOPES, SCOPES } from '../../shared/api/scopes.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { DataDir } from './data-dir.ts';
import { Issuer, type TokenClaims } from './issuer.ts';

interface Flags extends Omit<TokenClaims, 'scopes' | 'subject'> {
  readonly scopes: string;
  readonly sub: string;
  readonly data: string;
}

const command = new Command('npm run token --')
  .description('Print a token that the local system accepts')
  .option('--tenant <name>', 'tenant of the caller', 'local')
  .option(
    '--scopes <list>',
    `scopes, separated by spaces or commas; also ${NARROW_SCOPES.join(' ')}`,
    SCOPES.join(' '),
  )
  .option('--sub <name>', 'who calls', 'local')
  .option('--expires <span>', 'how long it holds: 1h, 30 days; --expires=-5m makes an expired one', '30 days')
  .option('--issuer <url>', "another issuer than the local one's, to be refused")
  .option('--audience <name>', 'another audience than sereno, to be refused')
  .option('--data <folder>', 'data folder of npm start', '.sereno')
  .parse();

const { scopes, sub, data, ...rest } = command.opts<Flags>();
const wanted = scopes.split(/[ ,]+/).filter(Boolean);
const unknown = wanted.filter((scope) => !([...SCOPES, ...NARROW_SCOPES] as string[]).includes(scope));
if (unknown.length > 0) console.error(`No route asks for the scope ${unknown.join(', ')}.`);
if (!slugSchema.safeParse(rest.tenant).success)
  console.error(`The API refuses the tenant '${rest.tenant}': 1 to 32 of a-z, 0-9 and -.`);
const file = new DataDir(data).issuer;
if (!existsSync(file))
  command.error(`There is no issuer in ${data}. Run npm start with that data folder first.`);
const issuer = await Issuer.open(file).catch((error: unknown) =>
  command.error(error instanceof Error ? error.message : String(error)),
);
const token = await issuer
  .issue({ ...rest, subject: sub, scopes: wanted })
  .catch(() => command.error(`--expires ${rest.expires}: write a span such as 1h, 30 days or -5m.`));
console.log(token);
