// npm run finger -- principal: a finger on the sensor of a simulated terminal that enrols.
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { Control, ControlError } from './controls.ts';

interface Flags {
  readonly bad: boolean;
  readonly duplicate: boolean;
  readonly leave: boolean;
  readonly data: string;
}

const GOOD_PRESSES = 3;
/** As long as a person takes between two presses. */
const BETWEEN_MS = 400;

const command = new Command('npm run finger --')
  .description('Press a finger on a simulated terminal that waits for one: three good presses')
  .argument('<device>', 'principal or entrada')
  .option('--bad', 'one bad press first, which does not count', false)
  .option('--duplicate', 'a finger that another user has: the terminal refuses it', false)
  .option('--leave', 'nobody comes: the terminal gives up waiting', false)
  .option('--data <folder>', 'data folder of npm start', '.sereno')
  .parse();

const { bad, duplicate, leave, data } = command.opts<Flags>();
const device = command.args[0] ?? '';
try {
  const control = new Control(data, device);
  const waiting = await control.enrolment();
  if (waiting === null) {
    throw new ControlError(
      `'${device}' does not wait for a finger. Ask for one first: POST /devices/${device}/users/{user_id}/enroll-finger (see /docs).`,
    );
  }
  if (duplicate || leave) {
    await control.press(duplicate ? 'duplicate' : 'timeout');
    console.log(duplicate ? 'The terminal knows this finger already.' : 'Nobody came: the terminal gave up.');
  } else {
    if (bad) {
      await control.press('bad');
      console.log('A bad press: it does not count.');
      await sleep(BETWEEN_MS);
    }
    for (let press = waiting.good + 1; press <= GOOD_PRESSES; press += 1) {
      await control.press('good');
      console.log(`Press ${press} of ${GOOD_PRESSES}, finger ${waiting.finger} of user ${waiting.userId}.`);
      if (press < GOOD_PRESSES) await sleep(BETWEEN_MS);
    }
  }
} catch (error) {
  command.error(error instanceof Error ? error.message : String(error));
}
