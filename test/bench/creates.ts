// How long a create takes through the whole path, against a script on the same LAN, in one run.

import { startForTest } from '../e2e/client.ts';
import type { TerminalSettings } from '../terminal/terminal.ts';
import { createByScript, openForShare } from './lan-script.ts';
import { line, repeat } from './measure.ts';

const RUNS = 60;

interface Case {
  readonly what: string;
  readonly terminal: TerminalSettings;
}

const CASES: readonly Case[] = [
  { what: '2,000 users, no latency', terminal: { users: 2000 } },
  {
    what: '2,000 users, 5 ms a command, 20 ms a write, 2 ms a KB',
    terminal: { users: 2000, latency: { perCommandMs: 5, perWriteMs: 20, perKbMs: 2 } },
  },
];

/** Prints creates through HTTP with the terminal's own share apart, and the ratio to the script. */
export async function benchCreates(print: (text: string) => void): Promise<void> {
  for (const { what, terminal } of CASES) {
    const { system, call, stop } = await startForTest({ terminals: { principal: terminal } });
    try {
      const port = system.terminals?.principal.port ?? 0;
      let next = 500_000;
      const throughApi = await repeat(RUNS, async () => {
        const answer = await call('POST', '/devices/principal/users', { user_id: `${next++}`, name: 'Ana' });
        if (answer.status !== 200)
          throw new Error(`create answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      });
      const alone = await openForShare(port);
      let uid = 60_000;
      const share = await repeat(RUNS, () => alone.create(uid++));
      await alone.close();
      const script = await repeat(
        terminal.latency === undefined ? RUNS : 10,
        () => createByScript(port, `${next++}`),
        1,
      );
      print(`Create a user: ${what}`);
      print(line('POST /devices/principal/users, verified', throughApi));
      print(line("of which the terminal's own share", share));
      print(line('script on the LAN, not verified', script));
      print(`  ratio of the medians: ${(throughApi.p50 / script.p50).toFixed(2)}\n`);
    } finally {
      await stop();
    }
  }
}
