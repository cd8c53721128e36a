// Two branches with three terminals, and somebody before the console who may do everything there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatedTerminal, startTerminal } from '../../terminal/terminal.ts';
import { type Running, startForTest } from '../client.ts';
import { LANGUAGES, stopBrowser, type Visit, Visitor } from './browser.ts';
import { settleAdmin } from './operator.ts';

const BRANCHES = { norte: ['norte-a', 'norte-b'], sur: ['sur-a'] } as const;
export type TerminalName = (typeof BRANCHES)[keyof typeof BRANCHES][number];

export interface House extends Running {
  terminal(name: TerminalName): SimulatedTerminal;
  /** The agent of a branch, as the system has it. */
  agent(site: keyof typeof BRANCHES): Running['system']['agents'][number];
  /** Somebody who has signed in as the first operator. */
  visit(visit?: Visit): Promise<Visitor>;
  /** The page at `path` can be read by everybody, in both languages, on a desk and on a phone in the dark. */
  expectReadable(path: string): Promise<void>;
}

/** Starts all of it, with `users` at each terminal. */
export async function startHouse(users = 3): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-console-'));
  const terminals = new Map<string, SimulatedTerminal>();
  const files: string[] = [];
  for (const [site, names] of Object.entries(BRANCHES)) {
    const rows: string[] = [];
    for (const name of names) {
      const terminal = await startTerminal({ users, serialNumber: `SN-${name.toUpperCase()}` });
      terminals.set(name, terminal);
      rows.push(`  - {id: ${name}, host: 127.0.0.1, port: ${terminal.port}, timeout: 2}\n`);
    }
    const file = join(folder, `${site}.yaml`);
    writeFileSync(file, `site: ${site}\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
    files.push(file);
  }
  const running = await startForTest({ agents: files, keepMs: 500 });
  const { url } = running.system;
  const { username, password } = await settleAdmin(running.system);
  const visit = async (how: Visit = {}) => {
    const visitor = await Visitor.arrive(url, how);
    await visitor.signIn(username, password);
    return visitor;
  };
  return {
    ...running,
    visit,
    terminal: (name) => terminals.get(name) as SimulatedTerminal,
    agent: (site) => running.system.agents.find((agent) => agent.site.site === site) as never,
    async expectReadable(path) {
      for (const language of LANGUAGES) {
        for (const look of [{}, { phone: true, dark: true }]) {
          const visitor = await visit({ language, ...look });
          await visitor.open(path);
          await visitor.page.getByRole('heading', { level: 1 }).waitFor();
          await visitor.page
            .getByRole('main')
            .getByRole('status', { name: /Cargando|Loading/ })
            .waitFor({ state: 'hidden' });
          await visitor.expectAccessible();
          await visitor.expectNoSideways();
          visitor.expectQuiet();
          await visitor.leave();
        }
      }
    },
    async stop() {
      await stopBrowser();
      await running.stop();
      await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}
