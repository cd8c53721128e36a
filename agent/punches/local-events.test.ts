// Events for what listens in the branch, over a broker of the kind that people have there.
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalBroker } from '../link/local-broker.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { PunchDatabase } from './database.ts';
import { LocalEvents } from './local-events.ts';
import { EventOutbox } from './outbox.ts';

const folder = folderOfEachTest();
let database: PunchDatabase;
let outbox: EventOutbox;
let aedes: Aedes;
let server: Server;
let local: LocalBroker;
let heard: { readonly topic: string; readonly event: { readonly id: string; readonly at: string } }[];
let changes: (string | null)[];
/** Name and password that the client has shown. */
let shown: string[];

beforeEach(async () => {
  database = PunchDatabase.open(folder(), 'norte');
  outbox = new EventOutbox(database);
  [heard, changes, shown] = [[], [], []];
  aedes = await Aedes.createBroker({
    authenticate: (_client, name, password, done) => {
      shown.push(`${name} ${password}`);
      done(null, true);
    },
  });
  aedes.on('publish', ({ topic, payload }, client) => {
    if (client !== null) heard.push({ topic, event: JSON.parse(payload.toString()) });
  });
  server = createServer((socket) => aedes.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const options = {
    host: '127.0.0.1',
    port,
    username: 'puerta',
    password: 'abierta',
    clientId: 'sereno-acme_norte',
  };
  local = new LocalBroker(options, (failure) => changes.push(failure));
});
afterEach(async () => {
  await local.stop();
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  server.close();
  database.close();
});

const add = (id: string) =>
  outbox.append({ type: 'user.deleted', id, device: 'principal', user_id: '7', uid: 7, at: 0, by: 'keypad' });
const eventsOf = () =>
  new LocalEvents({ site: 'norte', outbox, broker: local, log: pino({ level: 'silent' }) });
const ids = () => heard.map(({ event }) => event.id);

it('are published in order under their device and type, from the start on', async () => {
  add('usr_before00');
  const events = eventsOf();
  local.start();
  await expect.poll(() => changes).toEqual([null]);
  expect(shown).toEqual(['puerta abierta']);
  const wanted = Array.from({ length: 120 }, (_, n) => `usr_${String(n).padStart(8, '0')}`);
  for (const id of wanted) add(id);
  events.pump();
  await expect.poll(ids, { timeout: 5000 }).toEqual(wanted);
  expect(heard[0]).toMatchObject({
    topic: 'sereno/norte/events/principal/user.deleted',
    event: { user_id: '7', at: '1970-01-01T00:00:00.000Z', by: 'keypad' },
  });
});

it('are neither held up nor kept while the broker is away', async () => {
  const events = eventsOf();
  add('usr_00000001');
  events.pump();
  local.start();
  await expect.poll(() => changes).toEqual([null]);
  add('usr_00000002');
  events.pump();
  await expect.poll(ids).toEqual(['usr_00000002']);
});

it('one that an older version of the agent cannot read is passed over, and what comes later is published', async () => {
  const events = eventsOf();
  local.start();
  await expect.poll(() => changes).toEqual([null]);
  database.run(`INSERT INTO outbox (event) VALUES ('{"type":"of later"}')`);
  events.pump();
  await new Promise((resolve) => setImmediate(resolve));
  add('usr_after000');
  events.pump();
  await expect.poll(ids).toEqual(['usr_after000']);
});
