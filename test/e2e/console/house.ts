// Two branches with three terminals, and somebody before the console who may do everything there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../../terminal/terminal.ts';
import { type Running, startForTest } from '../client.ts';
import { type Cookies, LANGUAGES, stopBrowser, type Visit, Visitor } from './browser.ts';
import { settleAdmin } from './operator.ts';

const BRANCHES = { norte: ['norte-a', 'norte-b'], sur: ['sur-a'] } as const;
export type TerminalName = (typeof BRANCHES)[keyof typeof BRANCHES][number];

/** In both languages, on a desk and on a phone in the dark. */
const LOOKS: readonly Visit[] = LANGUAGES.flatMap((language) => [
  { language },
  { language, phone: true, dark: true },
]);

export interface House extends Running {
  terminal(name: TerminalName): SimulatedTerminal;
  /** The agent of a branch, as the system has it. */
  agent(site: keyof typeof BRANCHES): Running['system']['agents'][number];
  /** Somebody who has signed in as the first operator: by the form the first time, with the session of that one from then on. */
  visit(visit?: Visit): Promise<Visitor>;
  /** The page at `path` can be read by everybody, in both languages, on a desk and on a phone in the dark. */
  expectReadable(path: string): Promise<void>;
}

/** Starts all of it, with `users` at each terminal; some may be otherwise. */
export async function startHouse(
  users = 3,
  otherwise: Partial<Record<TerminalName, TerminalSettings>> = {},
): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-console-'));
  const terminals = new Map<string, SimulatedTerminal>();
  const files: string[] = [];
  for (const [site, names] of Object.entries(BRANCHES)) {
    const rows: string[] = [];
    for (const name of names) {
      const terminal = await startTerminal({
        users,
        serialNumber: `SN-${name.toUpperCase()}`,
        ...otherwise[name],
      });
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
  let session: Promise<Cookies> | null = null;
  const signedIn = async () => {
    const first = await Visitor.arrive(url);
    await first.signIn(username, password);
    const cookies = await first.cookies();
    await first.leave();
    return cookies;
  };
  const visit = async (how: Visit = {}) => {
    session ??= signedIn();
    const visitor = await Visitor.arrive(url, { ...how, cookies: await session });
    await visitor.open();
    await visitor.page.locator('nav').first().waitFor({ state: 'attached' });
    return visitor;
  };
  const lookers = new Map<Visit, Promise<Visitor>>();
  const looker = (look: Visit) => {
    const known = lookers.get(look) ?? visit(look);
    lookers.set(look, known);
    return known;
  };
  return {
    ...running,
    visit,
    terminal: (name) => terminals.get(name) as SimulatedTerminal,
    agent: (site) => running.system.agents.find((agent) => agent.site.site === site) as never,
    async expectReadable(path) {
      for (const visitor of await Promise.all(LOOKS.map(looker))) {
        await visitor.open(path);
        await visitor.page.getByRole('heading', { level: 1 }).waitFor();
        await visitor.page
          .getByRole('main')
          .getByRole('status', { name: /Cargando|Loading/ })
          .waitFor({ state: 'hidden' });
        await visitor.expectAccessible();
        await visitor.expectNoSideways();
        visitor.expectQuiet();
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
