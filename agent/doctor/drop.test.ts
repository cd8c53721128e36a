import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';

/** Nobody here has this number. */
const STRANGER = 64_123;
const CLI = new URL('../cli.ts', import.meta.url).pathname;
const isRoot = process.getuid?.() === 0;
const why = isRoot ? '' : ' (skipped: only root can become somebody else)';
const reportSchema = z.object({
  findings: z.array(z.object({ subject: z.string(), verdict: z.string(), found: z.string() })),
});

let top: string;
let home: string;
let outside: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'sereno-drop-'));
  home = join(top, 'home');
  outside = join(top, 'outside');
  chmodSync(top, 0o755);
  for (const folder of [home, outside]) mkdirSync(folder, { mode: 0o755 });
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

async function doctor(data: string) {
  writeFileSync(join(home, 'agent.yaml'), `site: norte\ndata: ${data}\n`, { mode: 0o600 });
  for (const path of readdirSync(home)) if (path !== 'soft') chownSync(join(home, path), STRANGER, STRANGER);
  chownSync(home, STRANGER, STRANGER);
  const stdout = await new Promise<string>((resolve) =>
    execFile(process.execPath, [CLI, 'doctor', '--json', '--config', join(home, 'agent.yaml')], (_, text) =>
      resolve(text),
    ),
  );
  return reportSchema.parse(JSON.parse(stdout)).findings;
}

describe.skipIf(!isRoot)(`the doctor as root${why}`, () => {
  it('looks at the agent’s own data folder as its user, and leaves it theirs', async () => {
    mkdirSync(join(home, 'data'), { mode: 0o700 });
    const findings = await doctor(join(home, 'data'));
    expect(findings).toContainEqual(expect.objectContaining({ subject: 'data folder', verdict: 'ok' }));
    const made = readdirSync(join(home, 'data')).map((name) => statSync(join(home, 'data', name)).uid);
    expect(made.filter((uid) => uid !== STRANGER)).toEqual([]);
  });

  it('writes and changes nothing in a folder that agent.yaml or a link leads to', async () => {
    symlinkSync(outside, join(home, 'soft'));
    for (const data of [outside, join(home, 'soft')]) {
      const findings = await doctor(data);
      expect(findings).toContainEqual(
        expect.objectContaining({
          subject: 'data folder',
          found: expect.stringContaining('cannot be written'),
        }),
      );
    }
    expect(readdirSync(outside)).toEqual([]);
    expect(statSync(outside).mode & 0o777).toBe(0o755);
    expect(existsSync(join(outside, 'journal.db'))).toBe(false);
  });
});
