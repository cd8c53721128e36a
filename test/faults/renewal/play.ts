// One schedule: a branch renews again and again, while its process, the cloud's functions and the line fail; then all is well, and it must
// have a line, by one certificate, and renew.
import { type ChildProcess, fork } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../../agent/config/load.ts';
import { readHome, settle } from '../../../agent/enrolment/home.ts';
import { Pairs } from '../../../agent/enrolment/pairs.ts';
import { certificateRequest, pendingKey } from '../../../agent/enrolment/request.ts';
import { DynamoSiteAgents } from '../../../cloud/enrolment/dynamo-site-agents.ts';
import { Killed, type Random } from '../../../cloud/events/testing/mortal.ts';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import { type Cloud, type Death, LIVES } from './cloud.ts';
import type { FromBranch, ToBranch } from './line.ts';
import type { Schedule } from './schedule.ts';

const BRANCH = new URL('./branch.ts', import.meta.url);
const TICK_MS = 10;
/** So often what looks left over is looked at again, a tick apart. */
const LOOKS = 500;
const HELLO_TICKS = 10;
/** How long the line is out of order at most, and how long everything may take once all is well. */
const CALM_MS = 60_000;
/** Nothing is lost after so long: an agent asks ever more rarely, and a run of bad luck is no fault of it. */
const LOSSY_TICKS = 2000;

export interface Played {
  /** What was wrong; empty: nothing. */
  readonly wrong: readonly string[];
  readonly renewals: number;
  readonly branchDeaths: number;
  readonly cloudDeaths: number;
}

export async function play(cloud: Cloud, schedule: Schedule, random: Random, site: string): Promise<Played> {
  const at = { tenant: 'acme', site };
  const folder = mkdtempSync(join(tmpdir(), 'sereno-branch-'));
  const file = join(folder, 'agent.yaml');
  const wrong: string[] = [];
  const seen = new Set<string>();
  let branch: ChildProcess | null = null;
  let wanted: { certificate: string; id: string } | null = null;
  let line: { certificate: string; id: string } | null = null;
  let isHealed = false;
  let renewDeaths = [...schedule.renew];
  let helloDeaths = [...schedule.hello];
  let branchDeaths = [...schedule.branch];
  let [diedInBranch, diedInCloud] = [0, 0];
  const late: Promise<unknown>[] = [];

  const chance = (percent: number) => !isHealed && tick < LOSSY_TICKS && random(100) < percent;
  const told = { asked: 0, lost: 0, refused: 0, answersLost: 0 };
  const send = (message: ToBranch) => branch?.connected && branch.send(message);
  const nextDeath = (deaths: Death[]): Death => (isHealed ? LIVES : (deaths.shift() ?? LIVES));

  async function byToken(): Promise<void> {
    const key = pendingKey(join(folder, 'agent-pending.key'));
    settle(readHome(file), await cloud.enrol(at, await certificateRequest(key)), key, { config: file });
  }

  /** Ids of the certificates that the branch has with their keys, whatever is named where. */
  function held(): string[] {
    return [folder, join(folder, 'certificates')]
      .flatMap((each) => (existsSync(each) ? readdirSync(each).map((name) => join(each, name)) : []))
      .filter((path) => path.endsWith('.crt'))
      .map((path) =>
        createHash('sha256')
          .update(new X509Certificate(readFileSync(path)).raw)
          .digest('hex'),
      );
  }

  /** What the next start of the agent may connect with. */
  function waysBack(): string[] {
    const { cloud: written } = loadConfig(file, {});
    if (written === null) return [];
    const pairs = new Pairs(file, written, at);
    return [pairs.current, pairs.former].flatMap((pair) => {
      if (pair === null) return [];
      const certificate = new X509Certificate(readFileSync(pair.certificate));
      if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(pair.key)))) return [];
      return [createHash('sha256').update(certificate.raw).digest('hex')];
    });
  }

  function checkWayBack(when: string): void {
    if (schedule.revokes) return;
    // A branch that lives may just be changing its files.
    for (let look = 1; ; look++) {
      try {
        if (waysBack().some((id) => cloud.takes(id, at))) return;
        return void wrong.push(`${when}: no way back`);
      } catch (error) {
        if (look === 3) return void wrong.push(`${when}: ${String(error)}`);
      }
    }
  }

  /** As the broker and Lambda do: what a function dies at is handed to it twice again. */
  async function tried<T>(deaths: Death[], call: (death: Death) => Promise<T>): Promise<T | null> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        return await call(nextDeath(deaths));
      } catch (error) {
        if (!(error instanceof Killed)) {
          // A step that was overtaken by another certificate: logged, and done again.
          continue;
        }
        diedInCloud += 1;
        checkWayBack('after a death in the cloud');
      }
    }
    return null;
  }

  function follow(work: Promise<unknown>): void {
    late.push(work);
  }

  async function request(id: string, body: string): Promise<void> {
    told.asked += 1;
    if (chance(schedule.lostPercent)) {
      told.lost += 1;
      return;
    }
    const times = chance(schedule.lostPercent) ? 2 : 1;
    for (let each = 0; each < times; each++) {
      const pem = await tried(renewDeaths, (death) => cloud.renew(at, id, body, death));
      if (pem === null) told.refused += 1;
      else if (chance(schedule.lostPercent)) told.answersLost += 1;
      else send({ kind: 'word', certificate: pem });
    }
  }

  function start(): void {
    const death = branchDeaths.shift() ?? LIVES;
    const child = fork(BRANCH, [file, String(isHealed ? 0 : death.at), death.where], { stdio: 'inherit' });
    branch = child;
    child.on('message', (message: FromBranch) => {
      if (branch !== child) return;
      if (message.kind === 'connect') {
        line = null;
        const pem = readFileSync(message.certificate);
        const id = createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
        wanted = { certificate: message.certificate, id };
        return;
      }
      if (line === null) return;
      send({ kind: 'published', id: message.id });
      follow(request(line.id, message.body));
    });
    child.on('exit', () => {
      if (branch !== child) return;
      [branch, line, wanted] = [null, null, null];
      if (isOver) return;
      diedInBranch += 1;
      checkWayBack('after a death of the branch');
      start();
    });
  }

  let isOver = false;
  let tick = 0;
  function beat(): void {
    tick += 1;
    if (line !== null && (chance(schedule.cutPercent) || (!cloud.takes(line.id, at) && random(2) === 0))) {
      send({ kind: 'down', certificate: line.certificate });
      line = null;
      return;
    }
    if (line === null && wanted !== null && !chance(50) && cloud.takes(wanted.id, at)) {
      line = wanted;
      seen.add(line.id);
      send({ kind: 'up', certificate: line.certificate });
    }
    if (line !== null && tick % HELLO_TICKS === 0 && !chance(schedule.lostPercent)) {
      const { id } = line;
      follow(tried(helloDeaths, (death) => cloud.hello(at, id, death)));
    }
  }

  async function until(what: string, isSo: () => boolean, ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (!isSo()) {
      if (performance.now() > end) {
        const row = await new DynamoSiteAgents(cloud.world.table).find(at);
        const principals = cloud.authority.registry.principals(clientIdOf(at.tenant, at.site));
        return void wrong.push(`${what}: ${JSON.stringify({ row, principals, held: held(), told })}`);
      }
      beat();
      await sleep(TICK_MS);
    }
  }

  try {
    mkdirSync(folder, { recursive: true });
    await new DynamoSiteAgents(cloud.world.table).addSite(at, site, Date.now() - 1);
    await byToken();
    start();
    const hasDone = () =>
      renewDeaths.length + helloDeaths.length + branchDeaths.length === 0 && seen.size > 2;
    await until('it never got so far', hasDone, CALM_MS);
    if (schedule.rotates) {
      await byToken();
      send({ kind: 'enrolled' });
    }
    isHealed = true;
    renewDeaths = [];
    helloDeaths = [];
    branchDeaths = [];
    if (schedule.revokes) return await revoked();
    const before = seen.size;
    await until('no renewal once all was well', () => seen.size > before + 1 && line !== null, CALM_MS);
    await leftovers();
    await end();
    checkWayBack('at the end');
  } finally {
    await end();
    rmSync(folder, { recursive: true, force: true });
  }
  return { wrong, renewals: seen.size - 1, branchDeaths: diedInBranch, cloudDeaths: diedInCloud };

  async function end(): Promise<void> {
    isOver = true;
    const child = branch;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    await Promise.allSettled(late);
  }

  /** Every certificate at the broker is one that the site's row knows of, or that the branch has. */
  async function orphans(): Promise<readonly string[]> {
    const row = await new DynamoSiteAgents(cloud.world.table).find(at);
    const { certificate, follows } = row?.renewal ?? {};
    const known = new Set([...held(), certificate?.id, follows, row?.newCertificate]);
    const principals = cloud.authority.registry.principals(clientIdOf(at.tenant, at.site));
    return principals.filter((id) => !known.has(id));
  }

  /** What the next hellos take away is no leftover, nor what is nobody's for a moment only. */
  async function leftovers(): Promise<void> {
    let found = await orphans();
    for (let looks = 0; found.length > 0 && looks < LOOKS; looks++) {
      beat();
      await sleep(TICK_MS);
      found = (await orphans()).filter((id) => found.includes(id));
    }
    if (found.length > 0) wrong.push(`${found.length} certificates of nobody`);
  }

  async function revoked(): Promise<Played> {
    const { agents, revoker } = cloud.ports();
    await agents.revoke(at, Date.now());
    await revoker.revoke(at, () => true);
    beat();
    await sleep(TICK_MS * 3);
    await agents.revoke(at, Date.now());
    await revoker.revoke(at, () => true);
    await Promise.allSettled(late);
    const alive = [...held(), ...seen].filter((id) => cloud.takes(id, at));
    if (alive.length > 0) wrong.push(`${alive.length} certificates outlived a revocation`);
    return { wrong, renewals: seen.size - 1, branchDeaths: diedInBranch, cloudDeaths: diedInCloud };
  }
}
