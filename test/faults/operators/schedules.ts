// Random schedules of changes of many users, changes of passwords, logins and a kill in between; then the truth is looked at.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { House, TENANT } from './house.ts';

const TEAMS = 4;
const MEMBERS = 4;
const PASSWORD = 'First#Word-0';
/** The latest that a kill comes: by then most changes are made. */
const KILL_MS = 700;

interface Person {
  readonly id: string;
  readonly username: string;
  /** Those that may hold: the last one that was answered, and what was asked for since. */
  passwords: string[];
  /** Sessions by the password that opened them. */
  readonly sessions: { readonly session: string; readonly password: string }[];
}

/** A small generator, so that a schedule can be run again. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function people(): Person[] {
  return Array.from({ length: TEAMS * MEMBERS }, (_, at) => ({
    id: String(101 + at),
    username: `person-${at}`,
    passwords: [PASSWORD],
    sessions: [],
  }));
}

/** All of a team get one name in one call: it is whole or it is not. */
async function rename(house: House, bearer: string, team: readonly Person[], tag: string): Promise<void> {
  await house.call(
    'user.update',
    team.map(({ id }) => ({ userid: id, name: tag, surname: tag })),
    { bearer },
  );
}

async function changePassword(house: House, bearer: string, person: Person, next: string): Promise<void> {
  person.passwords.push(next);
  const answer = await house.call('user.update', { userid: person.id, passwd: next }, { bearer });
  if (answer?.result !== undefined) person.passwords = [next];
}

async function logIn(house: House, person: Person): Promise<void> {
  const password = person.passwords.at(-1) ?? '';
  const answer = await house.call('user.login', { username: person.username, password });
  if (typeof answer?.result === 'string') person.sessions.push({ session: answer.result, password });
}

/** What is wrong after the kill, in sentences. */
async function truth(house: House, all: readonly Person[]): Promise<string[]> {
  const wrong: string[] = [];
  const users = await house.accounts(async (accounts) => (await accounts.snapshot(TENANT)).users);
  for (let team = 0; team < TEAMS; team++) {
    const names = all.slice(team * MEMBERS, (team + 1) * MEMBERS).flatMap(({ id }) => {
      const user = users.get(id);
      return [user?.name, user?.surname];
    });
    if (new Set(names).size !== 1) wrong.push(`team ${team} is in parts: ${names.join(', ')}`);
  }
  for (const person of all.filter(({ sessions, passwords }) => sessions.length > 0 || passwords.length > 1)) {
    let holding: string | null = null;
    for (const password of [...person.passwords].reverse()) {
      if (holding !== null) break;
      await house.accounts(({ table }) =>
        import('../../../cloud/accounts/keys.ts').then(({ accountKeys }) =>
          table.delete(accountKeys.attempts(TENANT, person.username)),
        ),
      );
      const answer = await house.call('user.login', { username: person.username, password });
      if (typeof answer?.result === 'string') holding = password;
    }
    if (holding === null) wrong.push(`${person.username} has no password that opens`);
    for (const { session, password } of person.sessions) {
      const answer = await house.call('user.checkAuthentication', { sessionid: session });
      if (answer?.result !== undefined && password !== holding)
        wrong.push(`a session of ${person.username} outlives its password`);
    }
  }
  return wrong;
}

/** Runs one schedule; what is wrong at its end. */
export async function runSchedule(seed: number): Promise<string[]> {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const folder = mkdtempSync(join(tmpdir(), 'sereno-schedule-'));
  const house = new House(folder);
  try {
    await house.start();
    const all = people();
    await house.people(
      all.map(({ username }) => username),
      PASSWORD,
    );
    const opened = await house.call('user.login', { username: 'Admin', password: PASSWORD });
    const bearer = String(opened?.result);
    const acts = Array.from({ length: 10 }, (_, at) => {
      const kind = pick(['rename', 'rename', 'rename', 'password', 'login', 'login']);
      const team = Math.floor(random() * TEAMS);
      const person = pick(all.slice(team * MEMBERS, (team + 1) * MEMBERS));
      const after = random() * KILL_MS;
      return sleep(after).then(() => {
        if (kind === 'rename')
          return rename(house, bearer, all.slice(team * MEMBERS, (team + 1) * MEMBERS), `${seed}-${at}`);
        if (kind === 'login') return logIn(house, person);
        return changePassword(house, bearer, person, `Next#Word-${seed}-${at}`);
      });
    });
    const killed = sleep(random() * 2 * KILL_MS).then(() => house.kill());
    await Promise.all([...acts, killed]);
    await house.start();
    return await truth(house, all);
  } finally {
    await house.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
