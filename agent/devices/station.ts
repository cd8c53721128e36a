// One terminal of the branch with its queue, its state and its notes; its settings can change while commands wait.
import type { Logger } from 'pino';
import type { SerenoError } from '../../shared/errors.ts';
import type { Clock, Timers } from '../clock.ts';
import type { Station } from '../dispatch/ports.ts';
import { TerminalQueue } from '../dispatch/terminal-queue.ts';
import type { DeviceNotes } from '../journal/device-notes.ts';
import type { TerminalPorts, Together } from '../terminal/ports.ts';
import { Terminal } from '../terminal/terminal.ts';
import type { WriteJob } from '../terminal/write-job.ts';
import { disabledNote } from './disabled-note.ts';
import { KeptStanding } from './kept-standing.ts';
import { DevicePin } from './pins.ts';
import type { DeviceSettings } from './settings.ts';
import type { Standing } from './standing.ts';

export interface StationPorts {
  readonly clock: Clock;
  /** When terminals that nobody asks are looked at. */
  readonly timers: Timers;
  readonly together: Together;
  /** The cloud's time as far as it is known, epoch ms. */
  readonly now: () => number;
  /** Called after each change of state or reason. */
  readonly onStanding: (device: string, now: Standing) => void;
  /** A terminal was reached. */
  readonly onContact: () => void;
  /** It was tried to reach a terminal. */
  readonly onReach: (device: string, isReachable: boolean) => void;
  /** Its users were read in full. */
  readonly onRoster: (device: string, ...read: Parameters<TerminalPorts['onRoster']>) => void;
  readonly log: Logger;
}

export class LiveStation implements Station {
  readonly queue: TerminalQueue;
  readonly pin: DevicePin;
  readonly notes: DeviceNotes;
  readonly #ports: StationPorts;
  readonly #standing: KeptStanding;
  #device: DeviceSettings;
  #terminal: Terminal;

  constructor(device: DeviceSettings, notes: DeviceNotes, ports: StationPorts) {
    this.#ports = ports;
    this.#device = device;
    this.notes = notes;
    this.pin = new DevicePin(notes);
    this.#standing = new KeptStanding({
      now: ports.now,
      notes,
      onChange: (now) => ports.onStanding(device.id, now),
    });
    this.#terminal = this.#open();
    this.queue = this.#newQueue();
  }

  /** The settings from now on; what is under way may still use those before. */
  get device(): DeviceSettings {
    return this.#device;
  }

  get terminal(): Terminal {
    return this.#terminal;
  }

  get standing(): Standing {
    return this.#standing.now;
  }

  get isReachable(): boolean | null {
    return this.#standing.isReachable;
  }

  /** The serial number that the terminal must have; null while none is known. */
  get serial(): string | null {
    return this.#terminal.serial;
  }

  /**
   * As soon as what is under way has ended, `decide` says whether and how to go on; what waits is then served with the
   * new settings, and `onDecided` is told. Resolves when the old terminal is released; the first contact follows before
   * anything that waits.
   * @throws SerenoError `device_busy`, `cancelled`, and what `decide` throws.
   */
  replace(commandId: string, decide: () => DeviceSettings, onDecided: () => void): Promise<void> {
    return this.#between(commandId, async (settled) => {
      this.#device = decide();
      this.#standing.forget();
      onDecided();
      const old = this.#terminal;
      await this.#putRight();
      await old.close();
      // Earlier contacts were about the device as it was before.
      this.#standing.forget();
      this.#terminal = this.#open();
      this.#terminal.adopt(old.surrender());
      settled();
      await this.#terminal.repair().catch(() => undefined);
    });
  }

  /**
   * Ends the station as soon as what is under way has ended and `decide` agrees; what waits is refused, and nothing is
   * noted any more.
   * @returns writes whose result only the terminal could have shown.
   * @throws SerenoError `device_busy`, `cancelled`, and what `decide` throws.
   */
  async remove(commandId: string, decide: () => void, refusal: SerenoError): Promise<readonly WriteJob[]> {
    let doubts: readonly WriteJob[] = [];
    await this.#between(commandId, async (settled) => {
      decide();
      this.queue.refuseAll(refusal);
      await this.#putRight();
      doubts = this.#terminal.surrender();
      this.notes.forget();
      settled();
    });
    return doubts;
  }

  #open(): Terminal {
    const { notes } = this;
    const { clock, together, onContact, onReach, onRoster, log } = this.#ports;
    const { id } = this.#device;
    return new Terminal(this.#device, {
      clock,
      note: disabledNote(notes, clock),
      together,
      dialect: {
        read: () => notes.read('dialect'),
        write: (text) => notes.remember('dialect', text),
      },
      uids: {
        read: () => notes.read('uids'),
        write: (text) => notes.remember('uids', text),
      },
      pin: this.pin.memory,
      onContact: (failure) => {
        this.#standing.note({ kind: 'contact', failure });
        if (failure === null) onContact();
        onReach(id, failure === null);
      },
      onRoster: (roster) => onRoster(id, roster),
      log,
    });
  }

  #newQueue(): TerminalQueue {
    const station = this;
    return new TerminalQueue(
      this.#device.id,
      {
        get repairDueIn() {
          return station.#terminal.repairDueIn;
        },
        repair: () => station.#terminal.repair(),
        probe: (signal, isWanted) => station.#terminal.probe(signal, isWanted),
        write: (first, more) => station.#terminal.write(first, more),
        shareOf: (job) => station.#terminal.shareOf(job),
        close: () => station.#terminal.close(),
      },
      {
        isReachable: () => station.#standing.isReachable,
        probeMs: () => station.#device.probeMs,
        onBusy: (by) => station.#standing.note({ kind: 'held', by }),
        clock: this.#ports.clock,
        timers: this.#ports.timers,
      },
    );
  }

  /** What is still due at a terminal is done now or, if it does not answer, never. */
  async #putRight(): Promise<void> {
    if (this.#terminal.repairDueIn === 0) await this.#terminal.repair().catch(() => undefined);
  }

  #between(id: string, work: (settled: () => void) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({
        kind: 'ask',
        priority: 'settings',
        id,
        holds: null,
        refuse: reject,
        run: () => work(resolve).then(resolve, reject),
      });
    });
  }
}
