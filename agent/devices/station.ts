// One terminal with its lock, whose settings can change while commands wait for it.
import type { SerenoError } from '../../shared/errors.ts';
import type { Timers } from '../clock.ts';
import type { DeviceSettings } from '../config/load.ts';
import type { Station } from '../dispatch/ports.ts';
import { TerminalQueue } from '../dispatch/terminal-queue.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { DoubtfulJob } from '../terminal/writes/write-job.ts';

export interface StationPorts {
  readonly open: (device: DeviceSettings) => Terminal;
  readonly isReachable: (device: string) => boolean | null;
  readonly onBusy: (device: string, refusal: SerenoError | null) => void;
  /** What was known of contacts was about how the device was before. */
  readonly onReplaced: (device: string) => void;
  readonly timers: Timers;
}

export class LiveStation implements Station {
  readonly queue: TerminalQueue;
  readonly #ports: StationPorts;
  #device: DeviceSettings;
  #terminal: Terminal;

  constructor(device: DeviceSettings, ports: StationPorts) {
    this.#ports = ports;
    this.#device = device;
    this.#terminal = ports.open(device);
    const station = this;
    this.queue = new TerminalQueue(
      device.id,
      {
        get repairDueIn() {
          return station.#terminal.repairDueIn;
        },
        repair: () => station.#terminal.repair(),
        probe: (signal, isWanted) => station.#terminal.probe(signal, isWanted),
        write: (first, more) => station.#terminal.write(first, more),
        close: () => station.#terminal.close(),
      },
      {
        isReachable: () => ports.isReachable(device.id),
        probeMs: () => station.#device.probeMs,
        onBusy: (refusal) => ports.onBusy(device.id, refusal),
        timers: ports.timers,
      },
    );
  }

  /** The settings that count from now on; what is under way may still go by those before. */
  get device(): DeviceSettings {
    return this.#device;
  }

  get terminal(): Terminal {
    return this.#terminal;
  }

  /**
   * As soon as what is under way has ended, `decide` says whether and how to go on; what waits is then served with the
   * new settings. Resolves at that moment; the first contact follows before anything that waits.
   * @throws SerenoError `device_busy`, `cancelled`, and what `decide` throws.
   */
  replace(commandId: string, decide: () => DeviceSettings): Promise<void> {
    return this.#between(commandId, async (settled) => {
      this.#device = decide();
      const old = this.#terminal;
      await this.#putRight();
      await old.close();
      this.#ports.onReplaced(this.#device.id);
      this.#terminal = this.#ports.open(this.#device);
      this.#terminal.adopt(old.surrender());
      settled();
      await this.#terminal.repair().catch(() => undefined);
    });
  }

  /**
   * Ends the station as soon as what is under way has ended and `decide` agrees; what waits is refused.
   * @returns Writes of which only the terminal could have told what became of them.
   * @throws SerenoError `device_busy`, `cancelled`, and what `decide` throws.
   */
  async remove(commandId: string, decide: () => void, refusal: SerenoError): Promise<readonly DoubtfulJob[]> {
    let doubts: readonly DoubtfulJob[] = [];
    await this.#between(commandId, async (settled) => {
      decide();
      this.queue.refuseAll(refusal);
      await this.#putRight();
      doubts = this.#terminal.surrender();
      settled();
    });
    return doubts;
  }

  /** A terminal that is owed something gets it now or, if it does not answer, never. */
  async #putRight(): Promise<void> {
    if (this.#terminal.repairDueIn === 0) await this.#terminal.repair().catch(() => undefined);
  }

  #between(id: string, work: (settled: () => void) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.pushFirst({
        kind: 'ask',
        id,
        holds: null,
        refuse: reject,
        run: () => work(resolve).then(resolve, reject),
      });
    });
  }
}
