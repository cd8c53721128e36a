// A device that is deleted while the disk is full: the answer is true, and nothing is left once there is room.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import { type SimulatedTerminal, startTerminal } from '../../test/terminal/terminal.ts';
import { Notes } from '../journal/notes.ts';
import { PunchDatabase } from '../punches/database.ts';
import { AgentBench } from '../testing/agent-bench.ts';

let agent: AgentBench;
let terminal: SimulatedTerminal;
beforeEach(async () => {
  agent = new AgentBench();
  terminal = await startTerminal({ users: 2, attendance: 3 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await agent.dispose();
  await terminal.stop();
});

const full = () => {
  throw new SerenoError('agent_storage', { params: { site: 'norte' } });
};

function noted(): string[] {
  const database = new DatabaseSync(join(agent.folder, 'journal.db'), { readOnly: true });
  const rows = database.prepare('SELECT key FROM notes').all();
  database.close();
  return rows.map(({ key }) => String(key)).filter((key) => key.endsWith(':bodega'));
}

it('is deleted though its notes and its punches cannot be forgotten yet', async () => {
  agent.start('punches: {every: 1}\n');
  const { port } = terminal;
  const settings = { mode: 'create', id: 'bodega', name: 'Bodega', host: '127.0.0.1', port, timeout: 1 };
  await agent.run('device.put', 'bodega', settings);
  await expect.poll(() => agent.link.punches().length, { timeout: 5000 }).toBe(3);
  vi.spyOn(Notes.prototype, 'eraseAll').mockImplementation(full);
  vi.spyOn(PunchDatabase.prototype, 'run').mockImplementation(full);
  expect(await agent.run('device.delete', 'bodega')).toMatchObject({ status: 'ok' });
  await agent.hello(({ devices }) => devices.length === 0);
  await expect.poll(() => terminal.connections()).toBe(0);
  await agent.stop();
  expect(noted()).toContain('dialect:bodega');
  vi.restoreAllMocks();
  agent.start();
  await agent.stop();
  expect(noted()).toEqual([]);
});
