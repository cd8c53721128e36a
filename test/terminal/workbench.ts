// A place for one test: starts terminals, connects bare clients, and clears everything away afterwards.
import { afterEach } from 'vitest';
import { RawClient } from './raw-client.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from './terminal.ts';

export interface Workbench {
  start(settings?: TerminalSettings): Promise<SimulatedTerminal>;
  /** Opens a line without connecting (1000). */
  dial(terminal: SimulatedTerminal): Promise<RawClient>;
  /** Opens a line and connects (1000). */
  connect(terminal: SimulatedTerminal): Promise<RawClient>;
}

/** To be called once at the top of a test file. */
export function workbench(): Workbench {
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  const bench: Workbench = {
    async start(settings) {
      const terminal = await startTerminal(settings);
      open.push(() => terminal.stop());
      return terminal;
    },
    async dial(terminal) {
      const client = await RawClient.dial(terminal.port);
      open.push(() => client.destroy());
      return client;
    },
    async connect(terminal) {
      const client = await bench.dial(terminal);
      await client.open();
      return client;
    },
  };
  return bench;
}
