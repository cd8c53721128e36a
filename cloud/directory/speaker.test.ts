// Since when one agent alone has spoken for a site, whatever the order in which hellos are heard.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../testing/world.ts';
import type { SiteHello, Speaker } from './directory.ts';
import { DynamoDirectory } from './dynamo-directory.ts';
import { speakerAfter } from './speaker.ts';

/** The hello of a session; `own`: the sessions before it that were the same agent's. */
const helloOf = (session: string, own: readonly string[] = [], helloOrder = 1): SiteHello => ({
  session,
  agentVersion: '1.0',
  helloOrder,
  clockOffsetMs: 0,
  journalDepth: 0,
  eventsWaiting: null,
  disk: null,
  devices: [],
  certificate: null,
  ownSessions: [...own, session],
});

type Heard = readonly [SiteHello, number];
const heardBy = (...heard: readonly Heard[]): Speaker | null =>
  heard.reduce<Speaker | null>((known, [hello, at]) => speakerAfter(known, hello, at) ?? known, null);

describe('who speaks for a site', () => {
  it('is the first agent since ever, over all its sessions, until another says hello', () => {
    const own: Heard[] = [
      [helloOf('a'), 1000],
      [helloOf('b', ['a']), 2000],
    ];
    expect(heardBy(...own)).toMatchObject({ session: 'b', lastHello: 2000, tenureSince: 0 });
    expect(heardBy(...own, [helloOf('z'), 3000])).toMatchObject({ session: 'z', tenureSince: 3000 });
  });

  it('has a tenure of its own again after another has spoken in between, in the same session or a new one', () => {
    const others: Heard[] = [
      [helloOf('a'), 1000],
      [helloOf('z'), 2000],
    ];
    expect(heardBy(...others, [helloOf('a', [], 2), 3000])).toMatchObject({
      session: 'a',
      tenureSince: 3000,
    });
    expect(heardBy(...others, [helloOf('b', ['a']), 3000])).toMatchObject({
      session: 'b',
      tenureSince: 3000,
    });
  });

  it('is told apart from one that has a copy of its disk', () => {
    const copied = heardBy([helloOf('a'), 1000], [helloOf('b', ['a']), 2000], [helloOf('copy', ['a']), 3000]);
    expect(copied).toMatchObject({ session: 'copy', tenureSince: 3000 });
  });

  it('learns from a hello that comes late that another has spoken in between, and nothing from its own', () => {
    const own: Heard[] = [
      [helloOf('a'), 1000],
      [helloOf('b', ['a']), 3000],
    ];
    expect(heardBy(...own, [helloOf('z'), 2000])).toMatchObject({ session: 'b', tenureSince: 3000 });
    expect(heardBy(...own, [helloOf('a', [], 2), 2000])).toMatchObject({ session: 'b', tenureSince: 0 });
  });

  it('never claims a moment at which another spoke, in whatever order hellos are heard', () => {
    const spoken = fc.record({ agent: fc.constantFrom('a', 'z'), at: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(spoken, fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 12,
        }),
        (drawn) => {
          // Each hello is of a session of its own, and knows all those of the same agent before it.
          const hellos = drawn
            .toSorted(([one], [other]) => one.at - other.at)
            .map(([{ agent, at }, chance], index, all) => {
              const own = all
                .slice(0, index)
                .flatMap(([{ agent: of }], n) => (of === agent ? [`${of}${n}`] : []));
              return { agent, at, chance, hello: helloOf(`${agent}${index}`, own) };
            });
          const heard = hellos.toSorted((one, other) => one.chance - other.chance);
          const speaker = heardBy(...heard.map(({ hello, at }): Heard => [hello, at]));
          const others = hellos
            .filter(({ agent }) => !speaker?.session.startsWith(agent))
            .map(({ at }) => at);
          expect(speaker?.tenureSince).toBeGreaterThanOrEqual(Math.max(0, ...others));
        },
      ),
    );
  });
});

describe('in the directory', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => world.clear());

  it('hellos of many agents at the same moment leave the last of them, with a tenure from then on', async () => {
    const directory = new DynamoDirectory(world.table);
    await directory.greet('acme', 'casa', helloOf('first'), 500);
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => directory.greet('acme', 'casa', helloOf(`s${n}`), 1000 + n)),
    );
    expect(await directory.site('acme', 'casa')).toMatchObject({
      session: 's7',
      tenureSince: 1007,
      connected: true,
    });
  });
});
