// What happens in a fleet, one kind at a time: each is played some times over the whole path, and what it calls is counted.
import type { Counts, Entry } from '../../../infra/local/meter.ts';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import type { PresenceEvent } from '../../../shared/wire/envelope.ts';
import { type Scene, SITE, TERMINALS } from './scene.ts';

export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Plays it so many times. */
  readonly play: (scene: Scene, times: number) => Promise<unknown>;
  /** What one run plays. */
  readonly times: number;
}

let badge = 500_000;
const [first, second, third] = TERMINALS;

async function each(times: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n++) await work(n);
}

/** The last hello once more, later, and changed by `change`. */
async function hello(scene: Scene, change: (body: Record<string, unknown>) => void): Promise<void> {
  const last = scene.lastHello();
  const body = JSON.parse(Buffer.from(last.body ?? '', 'base64').toString('utf8'));
  // What the cloud has said since is not said again.
  body.tenureSince = 0;
  const seq = ++badge;
  change(body);
  Object.assign(body, { seq, at: Date.now() });
  const again: PresenceEvent = {
    ...last,
    at: Date.now(),
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  };
  scene.ruled('hello', last.body?.length ?? 0);
  const responsePayload = await scene.system.invoke('presence', again);
  await scene.system.invoke('keep', { requestPayload: again, responsePayload });
}

function tick(name: string, event: object = { kind: name }): Scenario['play'] {
  return (scene, times) => each(times, () => scene.system.invoke(name, event));
}

type HelloDevice = { lastSeen: number | null };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'change',
    what: 'a user is created',
    times: 20,
    play: (scene, times) =>
      each(times, () =>
        scene.call('POST', `/devices/${first}/users`, { user_id: String(++badge), name: 'Ana Quispe' }),
      ),
  },
  {
    name: 'question',
    what: 'a user is asked for',
    times: 20,
    play: (scene, times) =>
      each(times, () => scene.call('GET', `/devices/${first}/users/${scene.userAt(first)}`)),
  },
  {
    name: 'list',
    what: 'a list of 2,000 users',
    times: 5,
    play: (scene, times) => each(times, () => scene.call('GET', `/devices/${second}/users`)),
  },
  {
    name: 'punch',
    what: 'a punch that comes alone',
    times: 20,
    async play(scene, times) {
      const terminal = scene.terminals.get(third);
      await each(times, async (n) => {
        const second = String(n % 60).padStart(2, '0');
        const minute = String(++badge % 60).padStart(2, '0');
        await scene.awaiting('calls intake', () =>
          terminal?.punch(scene.userAt(third), { time: `2026-11-0${1 + (n % 9)}T08:${minute}:${second}` }),
        );
        await scene.rest();
      });
    },
  },
  {
    name: 'person',
    what: 'a person is wanted at one terminal',
    times: 5,
    play: (scene, times) =>
      each(times, () => {
        const id = String(++badge);
        return scene.call('PUT', `/people/p-${id}`, { user_id: id, name: 'Eva', devices: [second] });
      }),
  },
  {
    name: 'rule',
    what: 'a visitor gets a card with a window',
    times: 5,
    play: (scene, times) =>
      each(times, () => {
        const card = String(++badge);
        const from = Math.floor(Date.now() / 1000) - 60;
        const valid = {
          time: { is_permanent: false, from, to: from + 86_400 },
          passes: { is_permanent: true },
        };
        const owner = { type: 'guest', name: `Visita ${card}` };
        const item = { identifier_number: card, identifier_owner: owner, lock: 'all', valid };
        return scene.call('PUT', `/devices/${second}/access/identifiers?type=card`, { list_items: [item] });
      }),
  },
  {
    name: 'reconnect',
    what: 'an agent loses its line and comes back',
    times: 3,
    play: (scene, times) =>
      each(times, async () => {
        await scene.awaiting('messages connect', () =>
          scene.system.broker.disconnect(clientIdOf(scene.system.tenant, SITE)),
        );
        await scene.rest();
      }),
  },
  {
    name: 'hello',
    what: 'a hello with news of one terminal',
    times: 20,
    play: (scene, times) =>
      each(times, () =>
        hello(scene, (body) => {
          const [device] = body.devices as HelloDevice[];
          if (device !== undefined) device.lastSeen = Date.now();
        }),
      ),
  },
  {
    name: 'sameHello',
    what: 'a hello without news',
    times: 20,
    play: (scene, times) => each(times, () => hello(scene, () => {})),
  },
  {
    name: 'sweep',
    what: 'a sweep that asks about one branch',
    times: 10,
    play: tick('presence', { kind: 'sweep' }),
  },
  { name: 'alert', what: 'the minute of alerts, for one company', times: 10, play: tick('alert') },
  { name: 'deliver', what: 'the minute of webhooks, none there', times: 10, play: tick('deliver') },
  { name: 'keep', what: 'the minute of people, nothing to do', times: 10, play: tick('keep') },
  { name: 'jobs', what: 'the minute of jobs, none there', times: 10, play: tick('jobs') },
];

/** What one time calls, on average; how long that takes here says nothing of AWS. */
export async function countOf(scene: Scene, { play, times }: Scenario, share = 1): Promise<Counts> {
  const runs = Math.max(1, Math.round(times * share));
  const counted = Object.entries(await scene.count(() => play(scene, runs)));
  const charged = counted.filter(([entry]) => !entry.startsWith('callMs'));
  return Object.fromEntries(charged.map(([entry, count]) => [entry as Entry, (count ?? 0) / runs]));
}
