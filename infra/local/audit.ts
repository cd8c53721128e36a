// npm run audit: walks the chains of the audit log and names the first entry at which one does not hold.
import { Command } from 'commander';
import { verify, type Walked } from '../../cloud/audit/verify.ts';
import { DataDirError } from './data-dir.ts';
import { onTable, type TableFlags, withTableOptions } from './on-table.ts';

interface Flags extends TableFlags {
  readonly known: readonly string[];
}

interface Known {
  readonly chain: number;
  readonly number: number;
  readonly hash: string;
}

const program = new Command('npm run audit --')
  .description('Check that no entry of the audit log was changed or taken out')
  .showHelpAfterError();

const REASONS = {
  missing: 'is missing',
  changed: 'was changed',
  not_linked: 'does not follow the one before it',
  not_the_head: 'is not the one that was written last',
} as const satisfies Record<NonNullable<Walked['broken']>['why'], string>;

/** `0:17:9f86d081…`, as an earlier run has printed it. */
function knownOf(text: string): Known {
  const [, chain, number, hash] = /^(\d+):(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (hash === undefined) return program.error(`--known ${text}: CHAIN:NUMBER:HASH, as verify prints it.`);
  return { chain: Number(chain), number: Number(number), hash };
}

function wantedOf(known: readonly Known[]): Map<number, Set<number>> {
  const chains = Map.groupBy(known, ({ chain }) => chain);
  return new Map([...chains].map(([chain, of]) => [chain, new Set(of.map(({ number }) => number))]));
}

/** What is wrong with the chains, a sentence each. */
function troubles(walked: readonly Walked[], known: readonly Known[]): string[] {
  const broken = walked.flatMap(({ chain, broken }) =>
    broken === null ? [] : [`Entry ${chain}-${broken.number} ${REASONS[broken.why]}.`],
  );
  const differing = known.flatMap(({ chain, number, hash }) => {
    const found = walked.find((each) => each.chain === chain);
    // Let go since: nothing can be said of it any more.
    if (found !== undefined && number <= found.anchor) return [];
    return found?.hashes.get(number) === hash
      ? []
      : [`Entry ${chain}-${number} is not the one that was noted down.`];
  });
  return [...broken, ...differing];
}

withTableOptions(program.command('verify'), 'the audit log')
  .option(
    '--known <chain:number:hash>',
    'an entry that an earlier run has printed; may be repeated',
    (value: string, before: readonly string[]) => [...before, value],
    [] as readonly string[],
  )
  .description('walk every chain, and print its last entry to be noted down')
  .action(async (flags: Flags) => {
    const known = flags.known.map(knownOf);
    const walked = await onTable(program, flags, (table) => verify(table, flags.tenant, wantedOf(known)));
    for (const { chain, entries, anchor, last } of walked) {
      const kept = anchor === 0 ? '' : `, behind ${anchor} that were let go`;
      console.log(`Chain ${chain}: ${entries} entries hold${kept}. ${chain}:${last.number}:${last.hash}`);
    }
    const found = troubles(walked, known);
    for (const trouble of found) console.log(trouble);
    if (found.length > 0) process.exit(1);
    if (walked.length === 0) console.log(`The audit log of '${flags.tenant}' has no entries.`);
  });

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  program
    .showHelpAfterError(false)
    .error(error instanceof DataDirError || error instanceof Error ? error.message : String(error));
}
