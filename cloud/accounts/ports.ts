// What works with accounts, put together once per container.
import { systemClock } from '../clock.ts';
import { directoryConfig } from '../config.ts';
import { tableNamed } from '../store/client.ts';
import { Accounts } from './accounts.ts';
import { AttemptCounter } from './attempts.ts';
import type { LoginPorts } from './login.ts';
import { Sessions } from './sessions.ts';
import { FailureThrottle } from './throttle.ts';

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
