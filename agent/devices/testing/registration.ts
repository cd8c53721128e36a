// A device that tests register over the API, and what the agent's journal notes about it; for tests.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SimulatedTerminal } from '../../../test/terminal/terminal.ts';

export const fileOf = ({ port }: SimulatedTerminal) =>
  `devices: [{id: principal, host: 127.0.0.1, port: ${port}, timeout: 1}]\n`;
export const registration = ({ port }: { port: number }, more: object = {}) => ({
  mode: 'create',
  id: 'bodega',
  name: 'Bodega',
  host: '127.0.0.1',
  port,
  timeout: 1,
  ...more,
});
export const change = (more: object) => ({ mode: 'update', id: 'bodega', ...more });

/** Keys of the notes on a device in the journal of an agent that has ended. */
export function notesOn(device: string, folder: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'journal.db'), { readOnly: true });
  const rows = database.prepare('SELECT key FROM notes').all();
  database.close();
  return rows.map(({ key }) => key).filter((key) => String(key).includes(device));
}
