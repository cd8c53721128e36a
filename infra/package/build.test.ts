// The command line of the packager: it builds only when nothing else was asked.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('build.ts', import.meta.url));

test('npm run package tells its help and refuses what it does not know, without building', async () => {
  const { stdout } = await run(process.execPath, [script, '--help'], { timeout: 20_000 });
  expect(stdout).toContain('Usage: npm run package');
  expect(stdout).not.toContain('MB for');
  await expect(run(process.execPath, [script, '--nope'], { timeout: 20_000 })).rejects.toMatchObject({
    stderr: expect.stringContaining("unknown option '--nope'"),
  });
});
