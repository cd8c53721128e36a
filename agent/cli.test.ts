// The command line as a process: what it says of itself, and how it refuses.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal/journal.ts';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));
const MOST = 60_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function sereno(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  const options = { env: { ...process.env, LOG_LEVEL: undefined, ...env }, timeout: MOST };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** An agent.yaml with everything that `run` asks for. */
function agentYaml(data: string): string {
  const file = join(folder, 'agent.yaml');
  const cloud = 'cloud: {endpoint: "127.0.0.1:1", certificate: a.crt, key: a.key}';
  writeFileSync(file, `site: norte\n${cloud}\ndata: ${data}\n`);
  return file;
}

describe('--help', () => {
  it('of the program names every command, and of each command gives examples and exit statuses', async () => {
    const { stdout } = await sereno(['--help']);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
    const own = commands.filter((name) => name !== 'help');
    expect(own.length).toBeGreaterThan(8);
    const helps = await Promise.all(own.map((name) => sereno([name, '--help'])));
    for (const [index, help] of helps.entries()) {
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`\nExamples:\n  sereno-agent ${own[index]}`);
      expect(help.stdout).toMatch(/\nExit status: .*0 /);
    }
  }, 60_000);
});

describe('what cannot be done', () => {
  it('is told in a line that says where more is', async () => {
    const more = '(--help after a command lists its options, with examples)\n';
    expect(await sereno(['dance'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: unknown command 'dance'\n${more}`,
    });
    expect((await sereno(['run', '--log-level', 'loud'])).stderr).toContain(
      'trace, debug, info, warn, error',
    );
    expect((await sereno(['run'], { LOG_LEVEL: 'loud' })).stderr).toContain('from env');
    expect((await sereno(['logs', '-n', 'all'])).stderr).toContain('a whole number from 0');
  }, 60_000);

  it('for a wrong agent.yaml ends with a status of its own, every mistake and what to do', async () => {
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, 'site: A\ndevises: []\n');
    const { code, stderr } = await sereno(['run', '-c', file]);
    expect([code, stderr.split('\n')]).toEqual([
      78,
      [
        expect.stringMatching(/agent\.yaml:1: site: must be/),
        expect.stringMatching(/agent\.yaml:2: devises: is not a known key; allowed: site/),
        expect.stringContaining('Correct it'),
        '',
      ],
    ]);
    expect(await sereno(['run', '-c', join(folder, 'none')])).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/there is no such file\n.*'sereno-agent enroll' makes one/),
    });
  }, 60_000);

  it('for want of its data folder names the folder, and the agent that has it', async () => {
    const file = agentYaml('./data');
    const journal = Journal.open(join(folder, 'data'), 'norte');
    const second = await sereno(['run', '-c', file]);
    journal.close();
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Another agent runs on .*data: end it/),
    });
    const inFile = await sereno(['run', '-c', agentYaml(file)]);
    expect(inFile).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/agent\.yaml is no folder: name/),
    });
  }, 60_000);

  it.skipIf(!existsSync('/proc/self'))(
    'where no folder can be made ends at once',
    async () => {
      const { code, stderr } = await sereno(['run', '-c', agentYaml('/proc/sereno')]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^\/proc\/sereno cannot be used: ENOENT/)]);
      const url = ['--url', 'http://127.0.0.1:1', '--token', 'x'];
      const enrolled = await sereno(['enroll', ...url, '-c', '/proc/sereno/agent.yaml']);
      expect([enrolled.code, enrolled.stderr]).toEqual([1, expect.stringMatching(/^\/proc\/sereno: ENOENT/)]);
    },
    60_000,
  );

  it.skipIf(existsSync('/etc/systemd/system/sereno-agent.service'))(
    'without an installed service says how to install it',
    async () => {
      for (const name of ['status', 'logs']) {
        expect(await sereno([name])).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('bin/sereno-agent install'),
        });
      }
    },
    60_000,
  );
});
