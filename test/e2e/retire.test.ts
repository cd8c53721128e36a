// npm run retire at a system that runs: what it shows, what it asks, and what is left at the broker afterwards.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Branch, startBranch } from './branch.ts';

const run = promisify(execFile);
const file = fileURLToPath(new URL('../../infra/operate/retire.ts', import.meta.url));

let branch: Branch;
beforeAll(async () => {
  branch = await startBranch({ one: { settings: { users: 2, serialNumber: 'ONE1' } } });
});
afterAll(() => branch.stop());

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function retire(...flags: string[]): Promise<Said> {
  try {
    const { stdout, stderr } = await run(process.execPath, [file, '--data', branch.dataDir, ...flags]);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}
const registry = () => branch.system.authority.registry;
const isOnline = async () => (await branch.call('GET', '/sites')).body.data[0]?.online;

it.each([
  ['nothing', [], 'Name one --site, or --all.'],
  ['a branch and all', ['--all', '--site', 'norte'], 'Name one --site, or --all.'],
  ['a branch that can be none', ['--site', 'Norte!'], 'Norte!: 1 to 32 of a-z, 0-9 and -.'],
  ['a folder in which nothing runs', ['--all', '--data', '/nowhere'], 'No system runs in /nowhere.'],
])('%s is refused with a sentence', async (_what, flags, sentence) => {
  const { code, err } = await retire(...flags);
  expect(code).toBe(1);
  expect(err).toContain(sentence);
});

it('a dry run, and one that nobody answers, show what there is and change nothing', async () => {
  const dry = await retire('--all', '--dry-run');
  expect(dry).toEqual({ code: 0, out: 'local norte: 1 certificate\n', err: '' });
  const asked = await retire('--all');
  expect(asked.code).toBe(1);
  expect(asked.err).toContain('there is nobody to ask');
  expect(registry().things()).toHaveLength(1);
  expect(await isOnline()).toBe(true);
});

it('a fleet that is retired leaves nothing at the broker that would hold up the end of its stack', async () => {
  // Left over by a call that was cut off: the policy, and no thing.
  const stray = await branch.system.authority.issue({ tenant: 'local', site: 'gone' });
  registry().change(stray.id, { thing: null });
  registry().removeThing('local_gone');
  const { code, out } = await retire('--all', '--yes');
  expect(out).toContain('local norte: 1 taken back.');
  expect(code).toBe(0);
  expect([registry().things(), registry().withPolicy()]).toEqual([[], []]);
  expect(registry().certificate(stray.id)).toBeNull();
  await expect.poll(isOnline, { timeout: 10_000 }).toBe(false);
  expect((await retire('--all')).out).toBe('There is no agent.\n');
  const { body } = await branch.call('GET', '/audit?limit=10');
  expect(body.data.find(({ what }: { what: string }) => what === 'retire')).toMatchObject({
    site: 'norte',
    outcome: 'succeeded',
  });
});
