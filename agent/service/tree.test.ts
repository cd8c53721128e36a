// Root in a folder that somebody else changes meanwhile: links, second names, and a swap in the middle of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
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
import { writeWhole } from '../enrolment/files.ts';
import { settleModes } from './modes.ts';
import { giveTree, removeTree } from './tree.ts';

const isRoot = process.getuid?.() === 0;
const why = isRoot ? '' : ' (skipped: only root gives files away)';
/** Nobody here has this number. */
const OWNER = { uid: 64_123, gid: 64_123 };
const RACE_MS = 1500;

let top: string;
let folder: string;
let outside: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'sereno-tree-'));
  folder = join(top, 'folder');
  outside = join(top, 'outside');
  for (const path of [folder, join(folder, 'sub'), outside]) mkdirSync(path);
  for (const path of [join(folder, 'file'), join(folder, 'sub', 'file'), join(outside, 'file')])
    writeFileSync(path, 'x', { mode: 0o600 });
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const uidOf = (...path: string[]) => lstatSync(join(top, ...path)).uid;
const outsideIsUntouched = () => {
  expect([uidOf('outside'), uidOf('outside', 'file')]).toEqual([process.getuid?.(), process.getuid?.()]);
  expect(readdirSync(outside)).toEqual(['file']);
};

/** Swaps `folder/sub` for a link to `outside` and back, as fast as it can, while `act` runs again and again; `tidies`: what `act` leaves in it goes. */
async function whileSwapping(act: () => void, tidies = false): Promise<number> {
  const script = `
    const { renameSync, rmSync, symlinkSync, mkdirSync } = require('node:fs');
    const at = (name) => process.argv[1] + '/' + name;
    const attempt = (act) => { try { act() } catch {} };
    process.stdout.write('x');
    for (;;) {
      if (process.argv[2] === 'true') attempt(() => rmSync(at('kept'), { recursive: true, force: true }));
      attempt(() => mkdirSync(at('sub')));
      attempt(() => symlinkSync('../outside', at('link')));
      for (const [from, to] of [['sub', 'kept'], ['link', 'sub'], ['sub', 'link'], ['kept', 'sub']])
        attempt(() => renameSync(at(from), at(to)));
    }`;
  const swapper = spawn(process.execPath, ['-e', script, folder, String(tidies)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let done = 0;
  try {
    await once(swapper.stdout, 'data');
    for (const end = Date.now() + RACE_MS; Date.now() < end; done += 1) act();
  } finally {
    const exited = once(swapper, 'exit');
    swapper.kill('SIGKILL');
    await exited;
  }
  return done;
}

describe.skipIf(process.platform !== 'linux' || !isRoot)(`giving a folder away${why}`, () => {
  it('gives all that is in it, and the top for its owner alone', () => {
    giveTree(OWNER, folder);
    const given = [[], ['file'], ['sub'], ['sub', 'file']].map((path) => uidOf('folder', ...path));
    expect(given).toEqual([OWNER.uid, OWNER.uid, OWNER.uid, OWNER.uid]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('leaves alone what links and second names lead to', () => {
    symlinkSync(outside, join(folder, 'soft'));
    symlinkSync(join(outside, 'file'), join(folder, 'soft-file'));
    linkSync(join(outside, 'file'), join(folder, 'hard'));
    giveTree(OWNER, folder);
    outsideIsUntouched();
    expect(uidOf('folder', 'sub', 'file')).toBe(OWNER.uid);
  });

  it('refuses a folder that is a link', () => {
    symlinkSync(outside, join(top, 'link'));
    expect(() => giveTree(OWNER, join(top, 'link'))).toThrow(/ENOTDIR|ELOOP/);
    outsideIsUntouched();
  });

  it('touches nothing outside while a folder in it is swapped for a link', async () => {
    expect(await whileSwapping(() => giveTree(OWNER, folder))).toBeGreaterThan(20);
    outsideIsUntouched();
  });
});

describe.skipIf(process.platform !== 'linux')('deleting a folder', () => {
  it('deletes links, not what they lead to, and nothing where there is none', () => {
    symlinkSync(outside, join(folder, 'sub', 'soft'));
    linkSync(join(outside, 'file'), join(folder, 'hard'));
    removeTree(folder);
    expect(existsSync(folder)).toBe(false);
    removeTree(folder);
    symlinkSync(outside, folder);
    removeTree(folder);
    expect(readdirSync(top)).toEqual(['outside']);
    outsideIsUntouched();
  });

  it('deletes nothing outside while a folder in it is swapped for a link', async () => {
    // The same names inside and outside: whoever goes by path deletes the wrong ones.
    const names = Array.from({ length: 200 }, (_, at) => `file-${at}`);
    for (const name of names) writeFileSync(join(outside, name), 'x');
    await whileSwapping(() => {
      try {
        mkdirSync(join(folder, 'sub'), { recursive: true });
        for (const name of names) writeFileSync(join(folder, 'sub', name), 'x');
        removeTree(folder);
      } catch (error) {
        // Somebody put something back: it is told, and may be done again.
        expect((error as NodeJS.ErrnoException).code).toMatch(/ENOTEMPTY|ENOTDIR|EISDIR|ENOENT|EEXIST/);
      }
      mkdirSync(folder, { recursive: true });
    });
    expect(readdirSync(outside).sort()).toEqual(['file', ...names].sort());
  });
});

describe.skipIf(process.platform !== 'linux')('writing a file of the agent', () => {
  it('replaces a link by the file, and writes into nothing that waits under another name', () => {
    symlinkSync(join(outside, 'file'), join(folder, 'agent.yaml'));
    symlinkSync(join(outside, 'made'), join(folder, `agent.yaml.${process.pid}.new`));
    writeWhole(join(folder, 'agent.yaml'), 'site: norte\n');
    expect(lstatSync(join(folder, 'agent.yaml')).isFile()).toBe(true);
    outsideIsUntouched();
  });

  it.skipIf(!isRoot)(
    'as root never goes through a link, whenever the folder is swapped for one',
    async () => {
      await whileSwapping(() => {
        try {
          writeWhole(join(folder, 'sub', 'agent.key'), 'x');
        } catch (error) {
          expect((error as NodeJS.ErrnoException).code).toMatch(/ENOTDIR|ELOOP|ENOENT|EEXIST/);
        }
      }, true);
      outsideIsUntouched();
    },
  );
});

it.skipIf(process.platform === 'win32')(
  'a package with a link in it is refused: its mode would be that of what it leads to',
  () => {
    chmodSync(join(outside, 'file'), 0o600);
    symlinkSync(join(outside, 'file'), join(folder, 'sub', 'soft'));
    expect(() => settleModes(folder)).toThrow('sub/soft does not belong into a package');
    expect(statSync(join(outside, 'file')).mode & 0o777).toBe(0o600);
  },
);
