// A company as one might find it on a working day: three branches, people who came in, one terminal without power and one that
// was replaced; for pictures of the console and tests that walk all its pages.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatedTerminal, startTerminal } from '../../terminal/terminal.ts';
import { type Answer, type Caller, type Running, startForTest } from '../client.ts';
import { OWN_PASSWORD, rpc, settleAdmin } from './operator.ts';

const WAIT_MS = 60_000;
const LOOK_MS = 100;
const DAY_S = 86_400;

const BRANCHES = {
  'casa-matriz': { principal: 'Entrada principal', comedor: 'Comedor' },
  norte: { 'norte-entrada': 'Norte, entrada', 'norte-almacen': 'Norte, almacén' },
  sur: { 'sur-entrada': 'Sur, entrada' },
} as const;

const PEOPLE = [
  ['ana.quispe', 'Ana Quispe'],
  ['beto.paz', 'Beto Paz'],
  ['carla.mamani', 'Carla Mamani'],
  ['diego.rojas', 'Diego Rojas'],
  ['elena.vargas', 'Elena Vargas'],
  ['fabio.flores', 'Fabio Flores'],
  ['gloria.suarez', 'Gloria Suárez'],
  ['hugo.nunez', 'Hugo Núñez'],
  ['ines.choque', 'Inés Choque'],
  ['jorge.molina', 'Jorge Molina'],
  ['karen.ortiz', 'Karen Ortiz'],
  ['luis.arce', 'Luis Arce'],
] as const;

export interface Company {
  readonly running: Running;
  readonly admin: { readonly username: string; readonly password: string };
  /** Somebody, a terminal and an operation to look at. */
  readonly person: string;
  readonly device: string;
  readonly operation: string;
  stop(): Promise<void>;
}

interface Terminals {
  readonly folder: string;
  readonly files: string[];
  readonly byName: Map<string, SimulatedTerminal>;
}

async function startTerminals(): Promise<Terminals> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-company-'));
  const files: string[] = [];
  const byName = new Map<string, SimulatedTerminal>();
  let serial = 204_560_121;
  for (const [site, devices] of Object.entries(BRANCHES)) {
    const rows: string[] = [];
    for (const [id, name] of Object.entries(devices)) {
      const terminal = await startTerminal({
        serialNumber: `CJ8H${serial++}`,
        deviceName: 'K40',
        platform: 'ZMM220_TFT',
        capacity: { users: 3000, fingers: 3000, records: 100_000 },
      });
      byName.set(id, terminal);
      rows.push(`  - {id: ${id}, name: '${name}', host: 127.0.0.1, port: ${terminal.port}, timeout: 2}\n`);
    }
    const file = join(folder, `${site}.yaml`);
    writeFileSync(file, `site: ${site}\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
    files.push(file);
  }
  return { folder, files, byName };
}

/** Answers as a portal does that was away for a moment. */
async function startPortal(): Promise<{ server: Server; url: string }> {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    calls++;
    response.writeHead(calls === 2 ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sereno` };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not come to: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A call that the company cannot do without. */
async function done(asking: ReturnType<Caller>): Promise<Answer> {
  const answer = await asking;
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer;
}

async function hire({ call }: Running): Promise<void> {
  for (const [index, [id, name]] of PEOPLE.entries()) {
    const where = index % 3 === 0 ? { sites: ['casa-matriz', 'norte'] } : { sites: ['casa-matriz'] };
    const body = { user_id: String(9001 + index), name, card: 4_810_000 + 37 * index, ...where };
    await done(call('PUT', `/people/${id}`, body));
  }
  const extra = { user_id: '9050', name: 'Marta Ledezma', sites: ['sur', 'casa-matriz'] };
  await done(call('PUT', '/people/marta.ledezma', extra));
}

/** They come in the morning, some go out for lunch. */
function work(terminal: SimulatedTerminal, count: number): void {
  const day = terminal.state.clock.now().slice(0, 10);
  const hour = Number(terminal.state.clock.now().slice(11, 13));
  for (let at = 0; at < count; at++) {
    const badge = String(9001 + (at % PEOPLE.length));
    if (!terminal.users().some(({ userId }) => userId === badge)) continue;
    const came = [7, 8, 8, 9, 12, 13, 13][(at * 5) % 7] ?? 8;
    if (came > hour) continue;
    const minute = String((at * 17) % 60).padStart(2, '0');
    const state = came >= 12 && came < 13 ? 1 : 0;
    terminal.punch(badge, { time: `${day}T${String(came).padStart(2, '0')}:${minute}:12`, state });
  }
}

async function dealWith({ call, system }: Running): Promise<string> {
  const admin = await settleAdmin(system);
  const session = (await rpc(system.url, 'user.login', admin)) as string;
  const role = { username: 'lucia.perez', passwd: 'Cerro#Alto77', roleid: '2', usrgrps: [{ usrgrpid: '7' }] };
  await rpc(system.url, 'user.create', { ...role, name: 'Lucía', surname: 'Pérez' }, session);
  await rpc(
    system.url,
    'user.create',
    { ...role, username: 'marcos.gil', name: 'Marcos', surname: 'Gil' },
    session,
  );
  const now = Math.floor(Date.now() / 1000);
  const visit = (number: string, first_name: string, passes: number) => ({
    identifier_number: number,
    identifier_owner: { type: 'guest', name: first_name },
    lock: 'all',
    valid: {
      time: { is_permanent: false, from: now - 3600, to: now + DAY_S },
      passes: { is_permanent: false, max_passes: passes },
    },
  });
  const list_items = [visit('1850186', 'Visita Salas', 2), visit('1850212', 'Visita Terrazas', 4)];
  await done(call('PUT', '/devices/principal/access/identifiers?type=card', { list_items }));
  await call('POST', '/devices/principal/users', { user_id: '9777', name: 'Prueba' });
  const gone = await call('DELETE', '/devices/principal/users/9777');
  await call('PUT', '/devices/comedor/users/9778', { name: 'Nadie' });
  await call('POST', '/devices/principal/sync-time');
  return gone.headers.get('sereno-operation') ?? '';
}

/** Starts all of it, and waits until the day has come as far as the pictures show. */
export async function startCompany(): Promise<Company> {
  const { folder, files, byName } = await startTerminals();
  const portal = await startPortal();
  const running = await startForTest({ agents: files, keepMs: 500, deliverMs: 500 });
  const { call } = running;
  const terminal = (id: string) => byName.get(id) as SimulatedTerminal;
  const stop = async () => {
    await running.stop();
    await Promise.all([...byName.values()].map((each) => each.stop()));
    portal.server.closeAllConnections();
    portal.server.close();
    rmSync(folder, { recursive: true });
  };
  try {
    const types = ['punch.created', 'device.offline', 'device.online'];
    await done(call('POST', '/webhooks', { url: portal.url, types }));
    await hire(running);
    await until(() => terminal('principal').users().length > PEOPLE.length);
    await until(() => terminal('norte-entrada').users().length > 3);
    for (const badge of ['9001', '9002', '9004']) {
      (await terminal('principal').unlocked()).addFinger(badge, 1);
    }
    work(terminal('principal'), 40);
    work(terminal('comedor'), 18);
    work(terminal('norte-entrada'), 12);
    const operation = await dealWith(running);
    const { port } = terminal('norte-almacen');
    await terminal('norte-almacen').stop();
    byName.set('norte-almacen', await startTerminal({ port, users: 4, serialNumber: 'CJ8H219930447' }));
    await terminal('sur-entrada').stop();
    await Promise.all(['norte-almacen', 'sur-entrada'].map((id) => call('GET', `/devices/${id}/ping`)));
    const stateOf = async (id: string) => (await call('GET', `/devices/${id}`)).body.data.state;
    await until(async () => (await stateOf('norte-almacen')) === 'swapped');
    await until(async () => (await stateOf('sur-entrada')) === 'offline');
    const admin = { username: 'Admin', password: OWN_PASSWORD };
    return { running, admin, person: 'ana.quispe', device: 'principal', operation, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
