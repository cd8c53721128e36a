// What befalls single frames and datagrams, seen from the client's side of the line.
import { expect, test } from 'vitest';
import { DatagramWeather } from './datagrams.ts';
import { Random } from './random.ts';
import { hex, u32 } from './raw-client.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();
const USERS = hex('01 09 00 05 00 00 00 00 00 00 00');

async function chunk(fault: object): Promise<string> {
  const terminal = await start({ users: 40, bulk: 'chunked', frameBytes: 1000 });
  const client = await connect(terminal);
  await client.ask(1503, USERS);
  terminal.faults.add({ command: 1504, ...fault } as Parameters<typeof terminal.faults.add>[0]);
  client.send(1504, u32(0, 2884));
  client.send(50);
  const frames: string[] = [];
  for (let next = await client.next(); next.data.length !== 92; next = await client.next()) {
    frames.push(next.command === 1501 ? `${next.session}` : `${next.command}`);
  }
  return frames.join(' ');
}

test.each([
  ['as it is', { kind: 'lose-frame', frame: 9 }, '1500 0 1 2 2000'],
  ['without a frame that is lost', { kind: 'lose-frame', frame: 2 }, '1500 0 2 2000'],
  ['with a frame twice', { kind: 'double-frame', frame: 3 }, '1500 0 1 2 2 2000'],
  ['with its end before its last data', { kind: 'late-frame', frame: -2 }, '1500 0 1 2000 2'],
  ['with two overtaking the head', { kind: 'late-frame', frame: 0, by: 2 }, '0 1 1500 2 2000'],
  ['as it is while faults are to come', { kind: 'lose-frame', skip: 1 }, '1500 0 1 2 2000'],
])('an answer goes out %s', async (_, fault, frames) => {
  expect(await chunk(fault)).toBe(frames);
});

/** How often each of so many datagrams arrived, in the order of arrival. */
function arrivals(settings: ConstructorParameters<typeof DatagramWeather>[0], seed = 7): number[] {
  const weather = new DatagramWeather(settings, new Random(seed));
  const came: number[] = [];
  for (let each = 0; each < 20_000; each++) weather.pass(() => came.push(each));
  weather.stop();
  return came;
}

test('losses come in bursts: one in a hundred begins one, every second goes on', () => {
  const came = new Set(arrivals({ burstBegins: 0.01, burstGoesOn: 0.5 }));
  const lost = Array.from({ length: 20_000 }, (_, each) => each).filter((each) => !came.has(each));
  const bursts = lost.filter((each) => !lost.includes(each - 1)).length;
  expect(lost.length / 20_000).toBeCloseTo(0.02, 2);
  expect(lost.length / bursts).toBeCloseTo(2, 0);
});

test('some are doubled, some overtaken, and the same seed does it alike', () => {
  const came = arrivals({ doubled: 0.1, overtaken: 0.1 });
  expect(came.length).toBeGreaterThan(20_500);
  expect(came.filter((each, at) => each < (came[at - 1] ?? 0)).length).toBeGreaterThan(1000);
  expect(arrivals({ doubled: 0.1, overtaken: 0.1 })).toEqual(came);
  expect(arrivals({})).toHaveLength(20_000);
});
