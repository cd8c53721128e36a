// Tells systemd that the agent is ready and alive. Node has no datagram sockets of the Unix kind, so systemd's own
// small program sends the message: some milliseconds, three times a minute.
import { execFile } from 'node:child_process';
import type { Logger } from 'pino';

const TELL_MS = 5000;
/** How many signs of life fit into the time that systemd waits for one. */
const SIGNS = 3;

/** Notifies systemd where it asks for that, else does nothing. */
export class ServiceManager {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;

  constructor(log: Logger, environment: NodeJS.ProcessEnv = process.env) {
    this.#log = log;
    this.#environment = environment;
  }

  /** Says that the agent runs, and from then on that its event loop is alive. */
  ready(): void {
    this.#notify('READY=1');
    const micros = Number(this.#environment.WATCHDOG_USEC ?? 0);
    if (micros > 0) this.#timer = setInterval(() => this.#notify('WATCHDOG=1'), micros / 1000 / SIGNS);
  }

  stopping(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#notify('STOPPING=1');
  }

  #notify(state: string): void {
    if (this.#environment.NOTIFY_SOCKET === undefined) return;
    execFile('systemd-notify', [state], { env: this.#environment, timeout: TELL_MS }, (error) => {
      if (error !== null) this.#log.error({ state, error: error.message }, 'systemd could not be notified');
    });
  }
}
