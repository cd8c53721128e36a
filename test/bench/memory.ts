// Memory of one agent process with twenty terminals, after each of them was listed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startForTest } from '../e2e/client.ts';
import { startTerminal } from '../terminal/terminal.ts';

const TERMINALS = 20;
const USERS_EACH = 500;

/** Prints the agent's resident set; Linux only (/proc). */
export async function benchMemory(print: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-bench-'));
  const terminals = await Promise.all(
    Array.from({ length: TERMINALS }, (_, seed) => startTerminal({ users: USERS_EACH, seed: seed + 1 })),
  );
  const devices = terminals.map(({ port }, index) => `  - {id: t${index}, host: 127.0.0.1, port: ${port}}`);
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, `site: bench\ndevices:\n${devices.join('\n')}\n`);
  const { system, call, stop } = await startForTest({ agents: [file] });
  try {
    for (let index = 0; index < TERMINALS; index++) {
      const { status } = await call('GET', `/devices/t${index}/users`);
      if (status !== 200) throw new Error(`listing t${index} answered ${status}`);
      await call('POST', `/devices/t${index}/users`, { user_id: '999001', name: 'Bench' });
    }
    const status = readFileSync(`/proc/${system.agents[0]?.pid}/status`, 'utf8');
    const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    print(
      `Agent with ${TERMINALS} terminals of ${USERS_EACH} users, all listed: ${(kilobytes / 1024).toFixed(0)} MB RSS\n`,
    );
  } finally {
    await stop();
    await Promise.all(terminals.map((terminal) => terminal.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}
