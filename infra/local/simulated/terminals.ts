// The two simulated terminals of npm start, with people and punches on them.

import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../../test/terminal/terminal.ts';
import type { SimulatedDevice } from '../agents/plan.ts';
import { all } from '../cleanup.ts';

const SIMULATED = ['principal', 'entrada'] as const;
export type SimulatedId = (typeof SIMULATED)[number];

const SETTINGS: Record<SimulatedId, TerminalSettings> = {
  principal: { users: 25, attendance: 400, templates: 10, seed: 1, serialNumber: 'SIM0000000001' },
  entrada: { users: 12, attendance: 150, templates: 4, seed: 2, serialNumber: 'SIM0000000002' },
};
const NAMES: Record<SimulatedId, string> = {
  principal: 'Entrada principal',
  entrada: 'Entrada de empleados',
};

export type SimulatedTerminals = Readonly<Record<SimulatedId, SimulatedTerminal>>;

/** Starts both on free ports; `settings` replace their defaults. */
export async function startTerminals(
  settings: Partial<Record<SimulatedId, TerminalSettings>> = {},
): Promise<SimulatedTerminals> {
  const start = (id: SimulatedId): Promise<SimulatedTerminal> =>
    startTerminal({ ...SETTINGS[id], ...settings[id] });
  const [principal, entrada] = await all([start('principal'), start('entrada')]);
  return { principal, entrada };
}

export async function stopTerminals(terminals: SimulatedTerminals): Promise<void> {
  await Promise.all(Object.values(terminals).map((terminal) => terminal.stop()));
}

/** Their entries in agent.yaml. */
export function simulatedDevices(terminals: SimulatedTerminals): SimulatedDevice[] {
  return SIMULATED.map((id) => ({ id, name: NAMES[id], port: terminals[id].port }));
}
