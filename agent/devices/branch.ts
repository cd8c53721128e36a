// All terminals of this branch as one list: those of agent.yaml and those registered over the API.
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { Handlers } from '../dispatch/handlers.ts';
import { DeviceNotes } from '../journal/device-notes.ts';
import type { Journal } from '../journal/journal.ts';
import { failure, type Result } from '../result.ts';
import { foundAgain, movedTo, noteAddress } from './addresses.ts';
import type { HostRules } from './hosts.ts';
import { DevicePin } from './pins.ts';
import { RegisteredDevices } from './registered.ts';
import {
  checkAddress,
  checkCommKey,
  created,
  type DeviceSettings,
  hasMoved,
  settingsSaid,
  updated,
} from './settings.ts';
import { LiveStation, type StationPorts } from './station.ts';

/** As many as one hello can name. */
const MOST_DEVICES = 500;

export interface BranchPorts extends StationPorts {
  readonly site: string;
  readonly journal: Journal;
  readonly hosts: HostRules;
  /** Milliseconds left until `notAfter`, by the cloud's clock. */
  readonly left: (notAfter: number) => number;
  /** The list has changed. */
  readonly onChange: () => void;
  /** A device is no more. */
  readonly onGone: (device: string) => void;
}

export class Branch {
  /** What commands do to the list itself, and ask of it. */
  readonly operations: Handlers<'own', Promise<Result>> &
    Pick<Handlers<'recall', Promise<Result>>, 'device.settings'> = {
    'device.put': (args, command) =>
      args.mode === 'create' ? this.#create(args, command) : this.#update(args, command),
    'device.delete': (_args, { device = '', ...command }) => this.#delete(device, command),
    'device.settings': async (_args, { device = '' }) => {
      const station = this.#stations.get(device);
      if (station === undefined) throw new SerenoError('device_not_found', { params: { device } });
      return { status: 'ok', data: settingsSaid(station.device), verified: 'none' };
    },
  };
  readonly #ports: BranchPorts;
  readonly #registered: RegisteredDevices;
  readonly #stations = new Map<string, LiveStation>();
  /** Stations that are off the list but still have to release their terminal. */
  readonly #leaving = new Set<Promise<void>>();
  #started = false;

  constructor(fromFile: readonly DeviceSettings[], ports: BranchPorts) {
    this.#ports = ports;
    this.#registered = new RegisteredDevices(ports.journal.notes);
    for (const device of this.#whereFound(fromFile)) this.#add(device);
    for (const device of this.#registered.list()) {
      if (this.#stations.has(device.id)) {
        ports.log.warn(
          { device: device.id },
          'registered over the API, but agent.yaml has it: the file counts',
        );
      } else {
        this.#add(device);
      }
    }
  }

  /** Followed terminals where they were found last, unless another device has that address now. */
  #whereFound(fromFile: readonly DeviceSettings[]): DeviceSettings[] {
    return fromFile.map((device) => {
      const moved = foundAgain(device, this.#notes(device.id));
      const isTaken = fromFile.some((other) => other.id !== device.id && isSameAddress(other, moved));
      return isTaken ? device : moved;
    });
  }

  station(id: string): LiveStation | undefined {
    return this.#stations.get(id);
  }

  stations(): readonly LiveStation[] {
    return [...this.#stations.values()];
  }

  devices(): DeviceSettings[] {
    return [...this.#stations.values()].map(({ device }) => device);
  }

  /** Reaches out to every terminal. */
  start(): void {
    this.#started = true;
    for (const { queue } of this.#stations.values()) queue.start();
  }

  /** Ends what is under way, enables every terminal, releases all of them. */
  async stop(): Promise<void> {
    await Promise.all([...[...this.#stations.values()].map(({ queue }) => queue.stop()), ...this.#leaving]);
  }

  /** Removes what is left of deleted devices whose deletion is answered. @throws SerenoError `agent_storage` */
  tidy(): void {
    const gone = this.#registered.deleted((id) => this.#ports.journal.isAnswered(id));
    for (const id of gone) this.#notes(id).eraseAll();
    this.#registered.forget(gone);
  }

  /** The terminals of these devices answer at these hosts now. */
  async move(found: ReadonlyMap<string, string>): Promise<void> {
    const { onChange, log } = this.#ports;
    const all = this.devices().map((device) => movedTo(device, found.get(device.id) ?? device.host));
    for (const device of all.filter(({ id }) => found.has(id))) {
      const station = this.#stations.get(device.id);
      const holder = all.find((other) => other.id !== device.id && isSameAddress(other, device));
      if (station === undefined || holder !== undefined) {
        log.warn(
          { device: device.id, host: device.host, holder: holder?.id },
          'terminal found, not followed',
        );
        continue;
      }
      const decide = () => {
        noteAddress(station.device, device.host, station.notes);
        return device;
      };
      try {
        await station.replace(`follow-${device.id}`, decide, onChange);
        this.#changed('found at another address', device);
      } catch (error) {
        log.warn({ device: device.id, error: String(error) }, 'terminal found, not followed yet');
      }
    }
  }

  async #create(args: ArgsOf<'device.put'>, command: Command): Promise<Result> {
    const { hosts, site } = this.#ports;
    const { id } = args;
    const existing = this.#stations.get(id)?.device;
    if (existing?.source === 'file') throw new SerenoError('device_from_file', { params: { device: id } });
    if (existing !== undefined) {
      if (this.#registered.isBy(id, command.id)) return done(id);
      throw new SerenoError('device_exists', { params: { device: id } });
    }
    this.#checkDeadline(command);
    if (this.#stations.size >= MOST_DEVICES) {
      throw new SerenoError('limit_exceeded', {
        params: { field: 'devices', device: site, limit: '@limit_devices', max: MOST_DEVICES },
      });
    }
    const device = created(args);
    checkAddress(device, this.devices(), hosts);
    this.#notes(id).eraseAll();
    if (args.accept_serial !== undefined) new DevicePin(this.#notes(id)).accept(args.accept_serial);
    this.#registered.put(device, command.id);
    const station = this.#add(device);
    if (this.#started) station.queue.start();
    this.#changed('registered', device);
    return done(id);
  }

  async #update(args: ArgsOf<'device.put'>, command: Command): Promise<Result> {
    const { hosts, onChange } = this.#ports;
    const { id } = args;
    const station = this.#stations.get(id);
    if (station?.device.source === 'file' && isAcceptance(args, station.device)) {
      return this.#accept(args, station, command);
    }
    const own = this.#ownStation(id);
    if (this.#registered.isBy(id, command.id)) return done(id);
    const decide = () => {
      this.#checkDeadline(command);
      const before = own.device;
      const device = updated(before, args);
      checkAddress(device, this.devices(), hosts, before);
      checkCommKey(device, before, args);
      pinAgain(own.pin, args, hasMoved(device, before));
      this.#registered.put(device, command.id);
      return device;
    };
    await own.replace(command.id, decide, onChange);
    this.#changed('changed', own.device);
    return done(id);
  }

  /** All that the API may say of a device of the file: which serial number is the right one. */
  async #accept(args: ArgsOf<'device.put'>, station: LiveStation, command: Command): Promise<Result> {
    const decide = () => {
      this.#checkDeadline(command);
      pinAgain(station.pin, args, false);
      return station.device;
    };
    await station.replace(command.id, decide, this.#ports.onChange);
    this.#changed('accepted', station.device);
    return done(args.id);
  }

  async #delete(id: string, command: Command): Promise<Result> {
    const { onChange, onGone, log } = this.#ports;
    if (!this.#stations.has(id) && this.#registered.isBy(id, command.id)) {
      this.#notes(id).forget();
      return done(id);
    }
    const station = this.#ownStation(id);
    const decide = () => {
      this.#checkDeadline(command);
      this.#registered.delete(id, command.id);
      this.#stations.delete(id);
    };
    const refusal = new SerenoError('cancelled');
    const doubts = await station.remove(command.id, decide, refusal);
    const unknown = new SerenoError('outcome_unknown', { params: { device: id }, applied: 'unknown' });
    for (const job of doubts) job.settle(failure(unknown));
    this.#leave(station);
    onGone(id);
    onChange();
    log.info({ device: id }, 'device deleted');
    return done(id);
  }

  #add(device: DeviceSettings): LiveStation {
    const station = new LiveStation(device, this.#notes(device.id), this.#ports);
    this.#stations.set(device.id, station);
    return station;
  }

  #notes(id: string): DeviceNotes {
    return new DeviceNotes(this.#ports.journal.notes, id, this.#ports.log);
  }

  #leave(station: LiveStation): void {
    const leaving = station.queue.stop().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** @throws SerenoError `device_not_found`, `device_from_file` */
  #ownStation(id: string): LiveStation {
    const station = this.#stations.get(id);
    if (station === undefined) throw new SerenoError('device_not_found', { params: { device: id } });
    if (station.device.source === 'file') {
      throw new SerenoError('device_from_file', { params: { device: id } });
    }
    return station;
  }

  /** @throws SerenoError `expired` */
  #checkDeadline({ notAfter }: Command): void {
    if (this.#ports.left(notAfter) <= 0) throw new SerenoError('expired');
  }

  #changed(what: string, { id, host, port }: DeviceSettings): void {
    this.#ports.log.info({ device: id, host, port }, `device ${what}`);
    this.#ports.onChange();
  }
}

function pinAgain(pin: DevicePin, { accept_serial: serial }: ArgsOf<'device.put'>, isMoved: boolean): void {
  if (serial !== undefined) pin.accept(serial);
  else if (isMoved) pin.trust();
}

function isSameAddress(one: DeviceSettings, other: DeviceSettings): boolean {
  return one.host === other.host && one.port === other.port;
}

/** True if only the serial number is given, and the file does not state another. */
function isAcceptance(args: ArgsOf<'device.put'>, { serial }: DeviceSettings): boolean {
  const { mode: _mode, id: _id, accept_serial: accepted, ...rest } = args;
  return accepted !== undefined && Object.keys(rest).length === 0 && (serial === null || serial === accepted);
}

function done(id: string): Result {
  return { status: 'ok', data: { id }, verified: 'none' };
}
