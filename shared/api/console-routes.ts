// Where the console is reached: its files and its session. It calls the REST contract like anybody else, and is no part of it.
import type { GatewayRoute } from './rpc-routes.ts';

/** Open to all, so that a flood of anonymous callers is stopped before a function runs; a page is some twenty files. */
const door = { access: 'open', fn: 'console', throttle: { perSecond: 100, burst: 300 } } as const;
/** Passwords cost much more to look at. */
const login = { perSecond: 10, burst: 50 };

export const CONSOLE_PATH = '/console';

export const consoleRoutes = {
  console: { ...door, method: 'GET', path: CONSOLE_PATH },
  /** Files, and every page: the console finds its way by the path itself. */
  consolePage: { ...door, method: 'GET', path: `${CONSOLE_PATH}/{file+}` },
  consoleSession: { ...door, method: 'GET', path: `${CONSOLE_PATH}/session` },
  consoleLogin: { ...door, throttle: login, method: 'POST', path: `${CONSOLE_PATH}/session` },
  consoleLogout: { ...door, method: 'DELETE', path: `${CONSOLE_PATH}/session` },
} as const satisfies Record<string, GatewayRoute>;

/** Who is signed in, as the console is told. */
export interface ConsoleSession {
  readonly user_id: string;
  readonly username: string;
  readonly name: string;
  readonly surname: string;
  readonly tenant: string;
  /** 1 user, 2 admin, 3 super admin. */
  readonly type: 1 | 2 | 3;
  readonly scopes: readonly string[];
  readonly manages_tokens: boolean;
  /** Somebody else chose the password. */
  readonly change_password: boolean;
  /** Seconds without use after which the session ends; 0: never. */
  readonly idle_seconds: number;
}
