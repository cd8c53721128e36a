import { expect, test } from 'vitest';
import type { Link, LinkEvents } from './link.ts';
import { RenewableLink } from './renewable-link.ts';

const EVENTS: LinkEvents = {
  onCommand: () => {},
  onStored: () => {},
  onUp: () => {},
  onDown: () => {},
  onTakenOver: () => {},
};

/** Links that write down what is done to them; `stop` ends when it is let. */
function scene() {
  const done: string[] = [];
  let letStop = () => {};
  const make = (name: string) => (): Link => ({
    isUp: true,
    takesEvents: true,
    session: name,
    start: () => void done.push(`${name} starts`),
    publish: async (topic) => void done.push(`${name} publishes ${topic}`),
    stop: () => {
      done.push(`${name} stops`);
      return new Promise<void>((resolve) => {
        letStop = resolve;
      });
    },
  });
  return { done, make, letStop: () => letStop() };
}

test('the old line is closed before the new one is opened', async () => {
  const { done, make, letStop } = scene();
  const link = new RenewableLink(make('a'), EVENTS);
  link.start();
  const renewing = link.renew(make('b'));
  await Promise.resolve();
  expect([done, link.session]).toEqual([['a starts', 'a stops'], 'a']);
  letStop();
  await renewing;
  await link.publish('t', new Uint8Array());
  expect([done.slice(2), link.session]).toEqual([['b starts', 'b publishes t'], 'b']);
});

test('a link that is stopped while it is made anew opens no other', async () => {
  const { done, make, letStop } = scene();
  const link = new RenewableLink(make('a'), EVENTS);
  const renewing = link.renew(make('b'));
  await Promise.resolve();
  const stopping = link.stop();
  letStop();
  await Promise.all([renewing, stopping]);
  expect(done).toEqual(['a stops']);
});

test('what the old line still tells after the new one is open is not passed on', async () => {
  const { make, letStop } = scene();
  const lines: LinkEvents[] = [];
  const told: string[] = [];
  const events = { ...EVENTS, onDown: (reason: string) => void told.push(reason) };
  const open = (name: string) => (given: LinkEvents) => {
    lines.push(given);
    return make(name)();
  };
  const link = new RenewableLink(open('a'), events);
  const renewing = link.renew(open('b'));
  await Promise.resolve();
  lines[0]?.onDown('closed');
  letStop();
  await renewing;
  lines[0]?.onDown('late');
  lines[1]?.onDown('broken');
  expect(told).toEqual(['closed', 'broken']);
});
