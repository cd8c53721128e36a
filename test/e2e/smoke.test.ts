// npm run smoke at the whole system: what it says where all works, and where each part of the way is broken.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listen, stopServer } from '../../infra/local/http.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Branch, startBranch } from './branch.ts';

const run = promisify(execFile);
const file = fileURLToPath(new URL('../../infra/operate/smoke.ts', import.meta.url));

let branch: Branch;
let terminal: SimulatedTerminal;
beforeAll(async () => {
  branch = await startBranch({ one: { settings: { users: 3, serialNumber: 'ONE1' } } });
  terminal = branch.terminals.get('one')!;
});
afterAll(() => branch.stop());

interface Said {
  readonly code: number;
  readonly out: string;
}

async function smoke(token: string, ...flags: string[]): Promise<Said> {
  const given = [
    '--token',
    token,
    ...(flags.includes('--url') ? [] : ['--url', branch.system.url]),
    ...flags,
  ];
  try {
    const { stdout } = await run(process.execPath, [file, ...given]);
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, out: stdout };
  }
}
/** Word and name of each line that says how a step went. */
const steps = ({ out }: Said) =>
  [
    ...out.matchAll(
      /^(ok|skip|FAIL) +(API|Strangers|Token|Events|Broker|Terminals|Way and back|Users|Write|Told|Put back) /gm,
    ),
  ].map(([, word, name]) => `${word} ${name}`);
const READ = [
  'ok API',
  'ok Strangers',
  'ok Token',
  'ok Events',
  'ok Broker',
  'ok Terminals',
  'ok Way and back',
  'ok Users',
];
const writesLogged = () => terminal.users().map(({ userId, name }) => `${userId} ${name}`);

it('where all works it says so, and writes nothing', async () => {
  const before = writesLogged();
  const said = await smoke(branch.system.token);
  expect(said.out).toContain('All of it works.');
  expect(steps(said)).toEqual([...READ, 'skip Write', 'skip Told', 'skip Put back']);
  expect(said.code).toBe(0);
  expect(writesLogged()).toEqual(before);
});

it('with a terminal to write to, a user comes, is told of and goes, and all is as before', async () => {
  const before = writesLogged();
  const said = await smoke(branch.system.token, '--write', 'one');
  expect(steps(said)).toEqual([...READ, 'ok Write', 'ok Told', 'ok Put back']);
  expect(said.code).toBe(0);
  expect(writesLogged()).toEqual(before);
});

it.each([
  [
    'a token that has expired',
    () => branch.system.issueToken({ expires: '-5m' }),
    'FAIL Token',
    'not expired?',
  ],
  [
    'a token without a scope',
    () => branch.system.issueToken({ scopes: ['devices:read'] }),
    'FAIL Broker',
    'sites:admin',
  ],
])('%s is named, with what to do', async (_what, tokenOf, step, word) => {
  const said = await smoke(await tokenOf());
  expect(said.code).toBe(1);
  expect(steps(said)).toContain(step);
  expect(said.out).toContain(word);
});

it('where nothing answers, that is all that is said', async () => {
  const server = createServer();
  const port = await listen(server, 0);
  await stopServer(server, 0);
  const said = await smoke('x', '--url', `http://127.0.0.1:${port}`);
  expect(steps(said)).toEqual(['FAIL API']);
  expect(said.out).toMatch(/answered nothing: .*ECONNREFUSED/);
  expect(said.out).toContain('Is the URL the output Url');
});

it('a branch, and a terminal, that are not there are named', async () => {
  expect((await smoke(branch.system.token, '--site', 'sur')).out).toContain("there is no branch 'sur'");
  expect((await smoke(branch.system.token, '--write', 'otra')).out).toContain(
    "no terminal 'otra' at 'norte'",
  );
});

it('a terminal that is dead, and then a branch that is away, are told apart', async () => {
  await terminal.stop();
  const dead = await smoke(branch.system.token);
  expect(dead.code).toBe(1);
  expect(steps(dead)).toContain('FAIL Way and back');
  expect(steps(dead)).toContain('ok Broker');
  expect(dead.out).toContain('Is the terminal on');
  await branch.system.agents[0]?.stop();
  const away = async () => steps(await smoke(branch.system.token));
  await expect.poll(away, { timeout: 20_000 }).toContain('FAIL Broker');
});
