import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../test/terminal/terminal.ts';
import { parseConfig } from './config/load.ts';
import { examineData } from './doctor/data.ts';
import { findingsOf } from './doctor/terminals.ts';
import { askStatus, askTerminal, socketPath } from './status-socket.ts';
import { AgentBench } from './testing/agent-bench.ts';

const WITHIN_MS = 5000;
const AT = { id: 'puerta', host: '127.0.0.1', port: 4370, timezone: 'UTC', source: 'file' } as const;

let agent: AgentBench;
let simulated: SimulatedTerminal;
beforeEach(async () => {
  agent = new AgentBench();
  simulated = await startTerminal({ users: 2, oneClient: 'close', serialNumber: 'A1' });
});
afterEach(async () => {
  await agent.dispose();
  await simulated.stop();
});
const begin = (more = '') =>
  agent.start(`devices: [{id: puerta, host: 127.0.0.1, port: ${simulated.port}, timeout: 1${more}}]\n`);
const told = (state: string) => agent.hello(({ devices }) => devices[0]?.state === state);

describe('a running agent', () => {
  it('finds out for the doctor what a terminal is and holds, though its one place is taken by the agent', async () => {
    begin();
    await agent.run('user.list', 'puerta');
    expect(simulated.connections()).toBe(1);
    const examined = await askTerminal(agent.folder, 'puerta', WITHIN_MS);
    expect(examined).toMatchObject({ info: { serialnumber: 'A1', users_count: 2 } });
    expect(findingsOf(AT, examined!, Date.now())[0]).toMatchObject({
      verdict: 'ok',
      found: expect.stringMatching(/no\. A1.*; 2 users/),
    });
  });

  it('says what is wrong with a terminal by its code, and that it has none of that name', async () => {
    begin(', serial: B2');
    const swapped = await askTerminal(agent.folder, 'puerta', WITHIN_MS);
    expect(swapped).toMatchObject({ failure: { code: 'device_swapped' } });
    expect(findingsOf(AT, swapped!, Date.now())[0]).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('serial A1, expected B2'),
      next: expect.stringContaining('accept_serial'),
    });
    expect(await askTerminal(agent.folder, 'nadie', WITHIN_MS)).toMatchObject({
      failure: { code: 'device_not_found' },
    });
  });

  it('says that a terminal has no time while somebody enrols a finger', async () => {
    begin();
    await told('online');
    const { userId } = simulated.users()[0]!;
    agent.send('finger.enroll', 'puerta', { user_id: userId, finger_index: 1 });
    await told('busy');
    const busy = await askTerminal(agent.folder, 'puerta', WITHIN_MS);
    expect(findingsOf(AT, busy!, Date.now())[0]).toMatchObject({ verdict: 'warning' });
  });

  it('tells how it stands now, and why its line is down', async () => {
    begin();
    await told('online');
    const status = await askStatus(agent.folder, WITHIN_MS);
    expect(status).toMatchObject({
      pid: process.pid,
      connected: true,
      hello: { devices: [{ state: 'online' }] },
    });
    agent.link.isUp = false;
    agent.link.events.onDown('Connack: Not authorized');
    await expect.poll(() => askStatus(agent.folder, WITHIN_MS)).toMatchObject({ connected: false });
    const config = parseConfig(`site: norte\ndata: ${agent.folder}\n`, 'agent.yaml', {});
    expect((await examineData(config)).findings).toContainEqual(
      expect.objectContaining({
        subject: 'agent',
        verdict: 'failure',
        found: expect.stringContaining('Not authorized'),
        next: expect.stringContaining('revoked, or replaced'),
      }),
    );
  });
});

describe('the socket', () => {
  it('is for its owner alone, takes the place of one that was left behind, and goes with the agent', async () => {
    const path = socketPath(agent.folder);
    writeFileSync(path, 'left behind');
    begin();
    await expect.poll(() => askStatus(agent.folder, WITHIN_MS)).not.toBeNull();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await agent.stop();
    expect(existsSync(path)).toBe(false);
    expect(await askStatus(agent.folder, WITHIN_MS)).toBeNull();
  });

  it.each([
    ['what is no question', 'GET / HTTP/1.0\n'],
    ['another question', '{"ask":"users"}\n'],
    ['a question without end', 'x'.repeat(100_000)],
  ])('lets go of who asks %s, and the agent goes on', async (_what, text) => {
    begin();
    await told('online');
    const socket = createConnection(socketPath(agent.folder));
    socket.on('error', () => undefined);
    socket.resume().write(text);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    expect(socket.bytesRead).toBe(0);
    expect(await askStatus(agent.folder, WITHIN_MS)).not.toBeNull();
  });
});
