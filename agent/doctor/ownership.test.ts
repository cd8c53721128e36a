import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentConfig, loadConfig } from '../config/load.ts';
import { examineOwnership, type Owner, ownerOf } from './ownership.ts';

const { uid, username } = userInfo();
/** Nobody here has this number. */
const STRANGER = 64_123;
const isRoot = uid === 0;

let folder: string;
let file: string;
let config: AgentConfig;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-owner-'));
  file = join(folder, 'agent.yaml');
  const cloud = '{endpoint: e, certificate: agent.crt, key: agent.key, ca: /etc/hosts}';
  writeFileSync(file, `site: norte\ncloud: ${cloud}\n`, { mode: 0o600 });
  for (const name of ['agent.crt', 'agent.key']) writeFileSync(join(folder, name), '', { mode: 0o600 });
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  writeFileSync(join(folder, 'data', 'journal.db'), '', { mode: 0o600 });
  config = loadConfig(file, {});
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const look = (owner: Owner) => examineOwnership(file, config, owner);

describe.skipIf(process.platform === 'win32')('the files of an agent', () => {
  it('that are all its user’s are nothing to tell', () => {
    expect(look({ uid, reason: 'r' })).toEqual([]);
  });

  it('that are somebody else’s are told one by one: whose, which, and the command that mends it', () => {
    const findings = look({ uid: STRANGER, reason: `the agent runs as ${STRANGER}` });
    const paths = ['', '/agent.yaml', '/agent.crt', '/agent.key', '/data', '/data/journal.db'];
    expect(findings).toEqual(
      paths.map((path) => ({
        subject: 'ownership',
        verdict: 'failure',
        found: `${folder}${path} belongs to ${username}, but the agent runs as ${STRANGER}.`,
        next: `sudo chown -h ${STRANGER}: ${folder}${path}`,
      })),
    );
  });

  it('that it can use all the same deserve a look only', () => {
    chmodSync(folder, 0o755);
    chmodSync(file, 0o644);
    const [first] = look({ uid: STRANGER, reason: 'r' });
    expect(first).toMatchObject({ verdict: 'warning', next: `sudo chown -h ${STRANGER}: ${file}` });
  });

  it.skipIf(isRoot)('that their own user may not use are told with the mode that they should have', () => {
    chmodSync(join(folder, 'agent.key'), 0o200);
    chmodSync(join(folder, 'data', 'journal.db'), 0o400);
    expect(look({ uid, reason: 'r' })).toMatchObject([
      { verdict: 'failure', next: `sudo chmod 600 ${join(folder, 'agent.key')}` },
      { found: expect.stringContaining('has mode 0400'), next: expect.stringContaining('chmod 600') },
    ]);
  });

  it.skipIf(!isRoot)('made by root for another user are told', () => {
    for (const path of [
      folder,
      file,
      join(folder, 'agent.crt'),
      join(folder, 'data'),
      join(folder, 'agent.key'),
    ]) {
      chownSync(path, STRANGER, STRANGER);
    }
    const owner = ownerOf(file, null);
    expect(owner.uid).toBe(STRANGER);
    expect(look(owner)).toMatchObject([{ next: `sudo chown -h ${STRANGER}: ${folder}/data/journal.db` }]);
    chownSync(join(folder, 'data', 'journal.db'), STRANGER, STRANGER);
    chmodSync(join(folder, 'data', 'journal.db'), 0o400);
    expect(look(owner)).toMatchObject([{ next: `sudo -u ${STRANGER} chmod 600 ${folder}/data/journal.db` }]);
  });
});

describe.skipIf(process.platform === 'win32')('links among the files of an agent', () => {
  it('are named as such, without a command that root would run on what they lead to', () => {
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, '', { mode: 0o400 });
    symlinkSync(elsewhere, join(folder, 'data', 'soft'));
    linkSync(elsewhere, join(folder, 'data', 'hard'));
    const found = look({ uid: STRANGER, reason: 'r' }).filter((each) => /soft|hard/.test(each.found));
    expect(found).toMatchObject([
      { verdict: 'warning', found: expect.stringContaining('data/hard has another name elsewhere') },
      { verdict: 'warning', found: expect.stringContaining('data/soft is a link') },
    ]);
    for (const { next } of found) expect(next).not.toMatch(/sudo|chown|chmod/);
  });
});

describe.skipIf(process.platform !== 'linux')('they should belong to', () => {
  const running = { pid: process.pid, connected: true, refused: [], hello: {} } as never;

  it('the user of the agent that runs, whoever asks', () => {
    expect(ownerOf(file, running, STRANGER)).toEqual({ uid, reason: `the agent runs as ${username}` });
  });

  it('whoever asks where none runs, and for root to the owner of the folder', () => {
    expect(ownerOf(file, null, STRANGER)).toEqual({ uid: STRANGER, reason: `you are ${STRANGER}` });
    expect(ownerOf(file, null, 0)).toEqual({ uid, reason: `its folder is ${username}'s` });
  });
});
