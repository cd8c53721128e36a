// npm run punch -- principal --user 1001: somebody punches at a simulated terminal, now.
import { Command, Option } from 'commander';
import { Control, ControlError } from './controls.ts';

const STATES = ['in', 'out', 'to-break', 'from-break'] as const;

interface Flags {
  readonly user: string | undefined;
  readonly state: (typeof STATES)[number];
  readonly data: string;
}

const command = new Command('npm run punch --')
  .description('Punch at a simulated terminal, now')
  .argument('<device>', 'principal or entrada')
  .argument('[user]', 'badge, where --user is left out')
  .option('--user <badge>', 'who punches: 1001 and on are there from the start')
  .addOption(new Option('--state <state>', 'what for').choices(STATES).default('in'))
  .option('--data <folder>', 'data folder of npm start', '.sereno')
  .parse();

const { user = command.args[1], state, data } = command.opts<Flags>();
const device = command.args[0] ?? '';
try {
  if (user === undefined) throw new ControlError(`Who? npm run punch -- ${device} --user 1001`);
  await new Control(data, device).punch(user, STATES.indexOf(state));
  console.log(`User ${user} has punched at '${device}'.`);
} catch (error) {
  command.error(error instanceof Error ? error.message : String(error));
}
