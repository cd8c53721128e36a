// The one table from command to behaviour: what this terminal can be asked.
import type { Behaviours } from '../behaviour.ts';
import { attendanceBehaviours } from './attendance.ts';
import { bulkBehaviours } from './bulk.ts';
import { connectBehaviours } from './connect.ts';
import { controlBehaviours } from './control.ts';
import { counterBehaviours } from './counters.ts';
import { enrolBehaviours } from './enrol.ts';
import { eventBehaviours } from './events.ts';
import { optionBehaviours } from './options.ts';
import { templateBehaviours } from './templates.ts';
import { timeBehaviours } from './time.ts';
import { uploadBehaviours } from './upload.ts';
import { userBehaviours } from './users.ts';

export const behaviours: Behaviours = new Map([
  ...connectBehaviours,
  ...controlBehaviours,
  ...counterBehaviours,
  ...userBehaviours,
  ...bulkBehaviours,
  ...uploadBehaviours,
  ...timeBehaviours,
  ...optionBehaviours,
  ...attendanceBehaviours,
  ...templateBehaviours,
  ...enrolBehaviours,
  ...eventBehaviours,
]);
