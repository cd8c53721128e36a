// Looks for terminals in the branch's own networks when the cloud asks for it: one search at a time, in bounded time.
import { withoutUnshown } from '../shared/domain/agent-text.ts';
import {
  FOUND_CHARACTERS,
  type FoundTerminal,
  MOST_FOUND,
  MOST_NETWORKS,
} from '../shared/domain/found-terminal.ts';
import { SerenoError } from '../shared/errors.ts';
import type { Command } from '../shared/wire/envelope.ts';
import type { ArgsOf } from '../shared/wire/operations.ts';
import type { Stage } from '../shared/wire/stage.ts';
import type { Clock } from './clock.ts';
import type { DeviceSettings } from './devices/settings.ts';
import type { Found } from './discovery/probe.ts';
import { type Scanned, scan } from './discovery/scan.ts';
import {
  formatSubnet,
  hostsOf,
  isWithin,
  ownNetworks,
  ownSubnets,
  parseSubnet,
  type Subnet,
  SubnetError,
} from './discovery/subnets.ts';
import type { Handlers } from './dispatch/handlers.ts';
import type { Result } from './result.ts';

const PORT = 4370;
/** For connecting, and for each answer of a terminal on the same network. */
const TIMEOUT_MS = 1500;
/** It ends by then, however many addresses there are. */
const LIMIT_MS = 120_000;
const PROGRESS_MS = 1000;
/** Where simulated terminals are. */
const LOOPBACK: Subnet = parseSubnet('127.0.0.0/22');

export interface SurveyPorts {
  readonly clock: Clock;
  /** Milliseconds left until `notAfter`, by the cloud's clock. */
  readonly left: (notAfter: number) => number;
  /** Networks that the operator's file names. */
  readonly named: readonly Subnet[];
  readonly allowLoopback: boolean;
  readonly devices: () => readonly DeviceSettings[];
  readonly progress: (id: string, stage: Stage, done: number, total: number) => void;
}

export class Survey {
  readonly operations: Handlers<'survey', Promise<Result>> = {
    'site.discover': (args, command) => this.#search(args, command),
  };
  readonly #ports: SurveyPorts;
  readonly #stopping = new AbortController();
  /** The search under way, and those that wait for it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: SurveyPorts) {
    this.#ports = ports;
  }

  /** What is under way has no result: the next run of the agent finds the command in its journal. */
  stop(): void {
    this.#stopping.abort();
  }

  async #search({ port = PORT, subnet }: ArgsOf<'site.discover'>, command: Command): Promise<Result> {
    const subnets = this.#chosen(subnet);
    const before = this.#last;
    const search = before.then(() => this.#scan(subnets, port, command));
    this.#last = search.catch(() => undefined);
    const { scanned, addresses } = await search;
    const found = scanned.found.slice(0, MOST_FOUND).map((each) => this.#told(each));
    const networks = subnets.map(formatSubnet);
    return { status: 'ok', data: { networks, addresses, asked: scanned.asked, found }, verified: 'none' };
  }

  /** @throws SerenoError `invalid_field` */
  #chosen(text: string | undefined): Subnet[] {
    const { named, allowLoopback } = this.#ports;
    if (text === undefined) {
      const own = [...ownSubnets(), ...named];
      const byText = new Map(own.map((subnet) => [formatSubnet(subnet), subnet]));
      return [...byText.values()].slice(0, MOST_NETWORKS);
    }
    const allowed = [...ownNetworks(), ...named, ...(allowLoopback ? [LOOPBACK] : [])];
    try {
      const subnet = parseSubnet(text);
      if (isWithin(subnet, allowed)) return [subnet];
    } catch (error) {
      if (!(error instanceof SubnetError)) throw error;
    }
    const networks = allowed.map(formatSubnet).join(', ');
    throw new SerenoError('invalid_field', {
      params: { field: 'subnet', problem: '@subnet_not_own', networks: networks === '' ? '–' : networks },
    });
  }

  /** @throws SerenoError `expired` where others took too long */
  async #scan(
    subnets: readonly Subnet[],
    port: number,
    { id, notAfter }: Command,
  ): Promise<{ readonly scanned: Scanned; readonly addresses: number }> {
    const { clock, left, progress } = this.#ports;
    if (left(notAfter) <= 0) throw new SerenoError('expired');
    const hosts = [...new Set(subnets.flatMap(hostsOf))];
    let toldAt = clock.monotonic();
    progress(id, 'searching', 0, hosts.length);
    const limit = new AbortController();
    const cancel = clock.after(LIMIT_MS, () => limit.abort());
    const scanned = await scan({
      hosts,
      port,
      timeoutMs: TIMEOUT_MS,
      signal: AbortSignal.any([limit.signal, this.#stopping.signal]),
      onAsked: (done) => {
        if (clock.monotonic() - toldAt < PROGRESS_MS) return;
        toldAt = clock.monotonic();
        progress(id, 'searching', done, hosts.length);
      },
    });
    cancel();
    // Half a search must not look like a whole one; the agent that comes next makes it anew.
    if (this.#stopping.signal.aborted) await new Promise<never>(() => undefined);
    return { scanned, addresses: hosts.length };
  }

  #told({ host, port, transport, kind, identity, time }: Found): FoundTerminal {
    const known = this.#ports.devices().find((device) => device.host === host && device.port === port);
    const text = (said: string | undefined) => withoutUnshown(said ?? '', FOUND_CHARACTERS);
    return {
      ip: host,
      port,
      transport,
      kind,
      serial: text(identity?.serialnumber),
      device_name: text(identity?.device_name),
      platform: text(identity?.platform),
      firmware_version: text(identity?.firmware_version),
      device_time: time,
      device_id: known?.id ?? null,
    };
  }
}
