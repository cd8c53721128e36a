// What the functions that know operators work with, put together once per container.

import { Accounts } from '../accounts/accounts.ts';
import { AttemptCounter } from '../accounts/attempts.ts';
import type { LoginPorts } from '../accounts/login.ts';
import { Sessions } from '../accounts/sessions.ts';
import { FailureThrottle } from '../accounts/throttle.ts';
import { systemClock } from '../clock.ts';
import { directoryConfig } from '../config.ts';
import { tableNamed } from '../store/client.ts';

let made: LoginPorts | null = null;

export function accountPorts(): LoginPorts {
  if (made !== null) return made;
  const table = tableNamed(directoryConfig().tableName);
  const accounts = new Accounts(table);
  made = {
    accounts,
    sessions: new Sessions(accounts, systemClock),
    attempts: new AttemptCounter(table, systemClock),
    throttle: new FailureThrottle(table, systemClock),
    clock: systemClock,
  };
  return made;
}
