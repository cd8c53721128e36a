// npm run restored: says in a table that was put back to an earlier time that it was, so that agents tell again what was lost.
import { Command } from 'commander';
import { markRestored } from '../../cloud/events/restored.ts';
import { onTable } from '../local/on-table.ts';

interface Flags {
  readonly data: string;
  readonly table?: string;
}

const program = new Command('npm run restored --')
  .description('Say in a table that was put back from a backup that it was: agents tell their punches again')
  .option('--data <folder>', 'data folder of npm start, whether it runs or not', '.sereno')
  .option('--table <name>', 'a table in AWS instead; region and access as the AWS SDK finds them')
  .showHelpAfterError()
  .action(async (flags: Flags) => {
    const mark = await onTable(program, { ...flags, tenant: 'local' }, (table) =>
      markRestored(table, Date.now()),
    );
    console.log(
      `Noted (${mark}). Each agent tells again what its terminals hold, once it has something to tell.`,
    );
  });

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  program.showHelpAfterError(false).error(error instanceof Error ? error.message : String(error));
}
