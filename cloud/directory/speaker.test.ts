// Since when one journal alone has spoken for a site, whatever the order in which its hellos are heard.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../testing/world.ts';
import type { SiteHello, Speaker } from './directory.ts';
import { DynamoDirectory } from './dynamo-directory.ts';
import { speakerAfter } from './speaker.ts';

const helloOf = (journal: string, session: string, helloOrder = 1): SiteHello => ({
  session,
  agentVersion: '1.0',
  helloOrder,
  clockOffsetMs: 0,
  journalDepth: 0,
  journal,
});

describe('who speaks for a site', () => {
  it('is the first agent since ever, over all its sessions, until another journal says hello', () => {
    const first = speakerAfter(null, helloOf('j1', 'a'), 1000);
    expect(first).toMatchObject({ journal: 'j1', journalSince: 0 });
    const again = speakerAfter(first, helloOf('j1', 'b'), 2000);
    expect(again).toMatchObject({ session: 'b', journalSince: 0 });
    expect(speakerAfter(again, helloOf('j2', 'c'), 3000)).toMatchObject({
      journal: 'j2',
      journalSince: 3000,
    });
  });

  it('has a tenure of its own again after another has spoken in between', () => {
    const hellos = [
      [helloOf('j1', 'a', 1), 1000],
      [helloOf('j2', 'b', 1), 2000],
      [helloOf('j1', 'a', 2), 3000],
    ] as const;
    const speaker = hellos.reduce<Speaker | null>(
      (known, [hello, at]) => speakerAfter(known, hello, at),
      null,
    );
    expect(speaker).toMatchObject({ journal: 'j1', journalSince: 3000 });
  });

  it('learns from a hello that comes late that another has spoken in between', () => {
    const known = speakerAfter(speakerAfter(null, helloOf('j1', 'a', 1), 1000), helloOf('j1', 'b', 1), 3000);
    expect(speakerAfter(known, helloOf('j2', 'c', 1), 2000)).toMatchObject({
      session: 'b',
      journalSince: 3000,
    });
  });

  it('never claims a moment at which another journal spoke, in whatever order hellos are heard', () => {
    const spoken = fc.record({ journal: fc.constantFrom('j1', 'j2'), at: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(
      fc.property(
        fc.array(spoken, { minLength: 1, maxLength: 12 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (hellos, chance) => {
          const heard = hellos
            .map((hello, index) => ({
              ...hello,
              session: `${hello.journal}-${index}`,
              key: chance.next().value,
            }))
            .sort((a, b) => a.key - b.key);
          const speaker = heard.reduce<Speaker | null>(
            (known, { journal, session, at }) => speakerAfter(known, helloOf(journal, session), at),
            null,
          );
          const others = hellos.filter(({ journal }) => journal !== speaker?.journal).map(({ at }) => at);
          expect(speaker?.journalSince).toBeGreaterThanOrEqual(Math.max(0, ...others));
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

  it('hellos of two journals at the same moment leave one of them, with a tenure from then on', async () => {
    const directory = new DynamoDirectory(world.documents, world.tableName);
    await directory.greet('acme', 'casa', helloOf('j0', 'z'), 500);
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        directory.greet('acme', 'casa', helloOf(`j${1 + (n % 2)}`, `s${n}`), 1000 + n),
      ),
    );
    expect(await directory.site('acme', 'casa')).toMatchObject({
      session: 's7',
      journal: 'j2',
      journalSince: expect.toSatisfy((since: number) => since >= 1006),
      connected: true,
    });
  });
});
