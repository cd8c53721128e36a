// The simulated terminal as tests use it: started with options, inspected, disturbed, stopped.
import { readablePunch, type TerminalPunch } from './attendance.ts';
import { type TerminalOptions, type TerminalSettings, terminalOptionsSchema } from './configuration.ts';
import { countAll, type TerminalCounters } from './counters.ts';
import type { DatagramSettings } from './datagrams.ts';
import { Device, type LoggedRequest } from './device.ts';
import type { Enrolment, FingerSample } from './enrolment.ts';
import type { Faults } from './faults.ts';
import { Keypad } from './keypad.ts';
import { encodeLiveEvent } from './live-event.ts';
import type { DisabledStretch } from './lock.ts';
import { pause } from './pause.ts';
import { Event } from './protocol.ts';
import { TcpServer } from './server-tcp.ts';
import { UdpServer } from './server-udp.ts';
import type { TerminalState } from './state.ts';
import type { Template } from './templates.ts';
import type { TerminalUser } from './user-record.ts';
import { packTime } from './wall-clock.ts';

export type { TerminalOptions, TerminalSettings } from './configuration.ts';
export type { FingerSample } from './enrolment.ts';
export type { Fault } from './faults.ts';
export { seedUsers } from './seed.ts';

const DEFAULT_WAIT_MS = 5000;
const FREE_PORT_ATTEMPTS = 5;

export interface PunchDetails {
  /** Local time `YYYY-MM-DDTHH:MM:SS`; default: the terminal's clock. */
  readonly time?: string;
  readonly verify?: number;
  readonly state?: number;
}

/**
 * Starts a terminal and listens. Throws ZodError on options that make no sense, RangeError on contents that do not
 * fit; rejects if the port is not available.
 */
export async function startTerminal(settings: TerminalSettings = {}): Promise<SimulatedTerminal> {
  const options = terminalOptionsSchema.parse(settings);
  const device = new Device(options);
  const { tcp, udp, port } = await listen(device);
  return new SimulatedTerminal(device, tcp, udp, port);
}

interface Listening {
  readonly tcp: TcpServer | null;
  readonly udp: UdpServer | null;
  readonly port: number;
}

async function listen(device: Device, attempts = FREE_PORT_ATTEMPTS): Promise<Listening> {
  const { transport, host, port: wanted } = device.options;
  const tcp = transport === 'udp' ? null : new TcpServer(device);
  const udp = transport === 'tcp' ? null : new UdpServer(device);
  const tcpPort = (await tcp?.listen(host, wanted)) ?? wanted;
  try {
    return { tcp, udp, port: (await udp?.listen(host, tcpPort)) ?? tcpPort };
  } catch (error) {
    await tcp?.stop();
    // A port that is free on TCP may be taken on UDP; if any will do, another is tried.
    if (wanted !== 0 || attempts <= 1) throw error;
    return listen(device, attempts - 1);
  }
}

export class SimulatedTerminal {
  readonly host: string;
  readonly port: number;
  readonly keypad: Keypad;
  readonly #device: Device;
  readonly #tcp: TcpServer | null;
  readonly #udp: UdpServer | null;

  constructor(device: Device, tcp: TcpServer | null, udp: UdpServer | null, port: number) {
    this.host = device.options.host;
    this.port = port;
    this.keypad = new Keypad(device);
    this.#device = device;
    this.#tcp = tcp;
    this.#udp = udp;
    device.restart = () => void this.reboot();
  }

  get options(): TerminalOptions {
    return this.#device.options;
  }

  /** What is stored, raw. Changing it changes the terminal. */
  get state(): TerminalState {
    return this.#device.state;
  }

  get faults(): Faults {
    return this.#device.faults;
  }

  /** From now on this happens to datagrams, `out` to the clients and `in` from them; what is left out passes. */
  setWeather({ out = {}, in: from = {} }: { out?: DatagramSettings; in?: DatagramSettings }): void {
    this.#udp?.weather.out.set(out);
    this.#udp?.weather.in.set(from);
  }

  get enabled(): boolean {
    return this.#device.lock.enabled;
  }

  /** Milliseconds since 1970, or null while enabled. */
  get disabledSince(): number | null {
    return this.#device.lock.disabledSince;
  }

  /** Every period for which the terminal was disabled. */
  get disabledStretches(): readonly DisabledStretch[] {
    return this.#device.lock.stretches;
  }

  /** Every request in the order of arrival, acknowledgements of events included. */
  get log(): readonly LoggedRequest[] {
    return this.#device.log;
  }

  /** What no careful client would do, in words. */
  get violations(): readonly string[] {
    return this.#device.violations;
  }

  get enrolment(): Enrolment | null {
    return this.#device.enrolment;
  }

  users(): TerminalUser[] {
    return this.#device.state.decoded();
  }

  rawUsers(): Buffer[] {
    return [...this.#device.state.users.values()].map((raw) => Buffer.from(raw));
  }

  /** Stores its users in the opposite order, as a terminal may that tidies its memory. */
  reorder(): void {
    this.#device.state.reorder();
  }

  /** The true counts, whatever the terminal answers to command 50. */
  counters(): TerminalCounters {
    return countAll(this.#device.state);
  }

  attendance(): TerminalPunch[] {
    return this.#device.state.attendance.map(readablePunch);
  }

  templates(): Template[] {
    return this.#device.state.templates.list();
  }

  /** Clients that are served. */
  connections(): number {
    return this.#device.clients.size;
  }

  /** Fingers on the sensor, one after the other. Throws RangeError while nobody enrols. */
  pressFinger(...samples: FingerSample[]): void {
    const { enrolment } = this.#device;
    if (enrolment === null) throw new RangeError('no enrolment is under way');
    for (const sample of samples) enrolment.press(sample);
    this.#device.changed();
  }

  /** These users punch in at once: stored, and told to the clients that registered, all in one frame. */
  punch(userIds: string | readonly string[], details: PunchDetails = {}): void {
    const { state, clients, options } = this.#device;
    const { time = state.clock.now(), verify = 1, state: punched = 0 } = details;
    const events = [userIds].flat().map((userId) => {
      const uid = state.findUser(userId)?.uid;
      if (uid === undefined) throw new RangeError(`no user '${userId}'`);
      const punch = { uid, userId, verify, state: punched, packedTime: packTime(time) };
      state.addPunch(punch);
      const told = options.liveEvents === 'other' ? { ...punch, verify: verify ^ 1 } : punch;
      return encodeLiveEvent(told, options.liveEventBytes);
    });
    const times = options.liveEvents === 'none' ? 0 : options.liveEvents === 'twice' ? 2 : 1;
    for (const client of clients) {
      if ((client.liveMask & Event.attendance) === 0) continue;
      for (let n = 0; n < times; n++) client.sendEvent(Event.attendance, Buffer.concat(events), false);
    }
    this.#device.changed();
  }

  /** Calls `watcher` after everything that happens. @returns a function that stops it */
  watch(watcher: () => void): () => void {
    return this.#device.watch(watcher);
  }

  /** The keypad, once nobody has disabled it: a caller of the API may be answered a moment before. */
  async unlocked(): Promise<Keypad> {
    await this.until((at) => at.enabled);
    return this.keypad;
  }

  /** Settles once `check` holds; looks after everything that happens. Rejects after `timeoutMs`. */
  until(check: (terminal: this) => boolean, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!check(this)) return;
        finish();
        resolve();
      };
      const stop = this.#device.watch(look);
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`not so after ${timeoutMs} ms: ${check}`));
      }, timeoutMs);
      const finish = () => {
        stop();
        clearTimeout(timer);
      };
      look();
    });
  }

  /** Labels of the clients that are served, as the log has them. */
  clients(): string[] {
    return [...this.#device.clients].map(({ label }) => label);
  }

  /** Disconnects these clients; what they did stays, the lock too. */
  hangUp(isMeant: (label: string) => boolean = () => true): void {
    for (const client of [...this.#device.clients]) if (isMeant(client.label)) client.drop();
  }

  /** Drops every client, accepts none for `awayMs`, and comes back enabled with what it had stored. */
  async reboot(awayMs = 0): Promise<void> {
    this.#setAway(true);
    this.#device.forget();
    await pause(awayMs, this.#device.lifetime);
    this.#setAway(false);
  }

  async stop(): Promise<void> {
    this.#device.switchOff();
    await Promise.all([this.#tcp?.stop(), this.#udp?.stop()]);
  }

  #setAway(isAway: boolean): void {
    if (this.#tcp !== null) this.#tcp.isAway = isAway;
    if (this.#udp !== null) this.#udp.isAway = isAway;
  }
}
