import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DirectOutcome, type Outbound, Session } from './session.ts';

type Step = 'connect' | 'disconnect' | 'direct' | 'publish' | 'acknowledge';
const steps = fc.array(fc.constantFrom<Step>('connect', 'disconnect', 'direct', 'publish', 'acknowledge'), {
  maxLength: 60,
});

/** Runs a session through steps as the broker would, and notes what was delivered and how it ended. */
function run(script: readonly Step[]) {
  const session = new Session();
  const delivered: { name: string; again: boolean }[] = [];
  const outcomes = new Map<string, DirectOutcome[]>();
  const published: string[] = [];
  const acknowledged: string[] = [];
  let packetId = 0;
  let unacknowledged: { id: number; name: string }[] = [];
  const deliver = (message: Outbound, again: boolean): void => {
    const name = message.payload.toString();
    delivered.push({ name, again });
    session.sent(message.payload, ++packetId);
    unacknowledged.push({ id: packetId, name });
  };
  const connect = (present: boolean): void => session.connect(deliver, present);
  connect(false);
  session.subscribe();
  script.forEach((step, at) => {
    const name = `${step}-${at}`;
    const message = { topic: 't', payload: Buffer.from(name), qos: 1 as const, expiresAt: undefined };
    if (step === 'connect' && !session.connected) connect(true);
    if (step === 'disconnect' && session.connected) {
      unacknowledged = [];
      session.disconnect();
    }
    if (step === 'direct') {
      outcomes.set(name, []);
      session.sendDirect({ ...message, settle: (outcome) => outcomes.get(name)?.push(outcome) });
    }
    if (step === 'publish') {
      published.push(name);
      session.publish({ ...message, settle: undefined });
    }
    if (step === 'acknowledge') {
      const next = unacknowledged.shift();
      if (next === undefined) return;
      session.acknowledge(next.id);
      acknowledged.push(next.name);
    }
  });
  if (!session.connected) connect(true);
  for (const { id } of unacknowledged) session.acknowledge(id);
  return { delivered, outcomes, published, acknowledged };
}

test('a published message is delivered until it is acknowledged, and never afterwards', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const { delivered, published, acknowledged } = run(script);
      for (const name of published) {
        const times = delivered.filter((entry) => entry.name === name);
        expect(times.length).toBeGreaterThan(0);
        expect(times.map(({ again }) => again)).toEqual(times.map((_, at) => at > 0));
        if (!acknowledged.includes(name)) continue;
        expect(acknowledged.filter((entry) => entry === name)).toHaveLength(1);
      }
    }),
  );
});

test('a direct message is delivered once or not at all, and told how it went exactly once', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const { delivered, outcomes } = run(script);
      for (const [name, told] of outcomes) {
        expect(told).toHaveLength(1);
        const times = delivered.filter((entry) => entry.name === name).length;
        expect(times).toBe(told[0] === 'offline' ? 0 : 1);
      }
    }),
  );
});

test('what expired while the client was away is not delivered', () => {
  const session = new Session();
  const delivered: string[] = [];
  const deliver = ({ payload }: Outbound): void => void delivered.push(payload.toString());
  session.connect(deliver, false);
  session.subscribe();
  session.disconnect();
  const past = Date.now() - 1;
  session.publish({ topic: 't', payload: Buffer.from('old'), qos: 1, expiresAt: past, settle: undefined });
  session.publish({
    topic: 't',
    payload: Buffer.from('new'),
    qos: 1,
    expiresAt: undefined,
    settle: undefined,
  });
  session.connect(deliver, true);
  expect(delivered).toEqual(['new']);
});

test('a new session has no past', () => {
  const session = new Session();
  const delivered: string[] = [];
  const deliver = ({ payload }: Outbound): void => void delivered.push(payload.toString());
  session.connect(deliver, false);
  session.subscribe();
  session.disconnect();
  session.publish({ topic: 't', payload: Buffer.from('x'), qos: 1, expiresAt: undefined, settle: undefined });
  session.connect(deliver, false);
  session.subscribe();
  expect(delivered).toEqual([]);
});
