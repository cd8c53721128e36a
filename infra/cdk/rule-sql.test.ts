// The rules make of every message what cloud/store/keys.ts and presence expect.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ruleItem } from '../../cloud/store/keys.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { presenceEventSchema } from '../../shared/wire/envelope.ts';
import { intakeEventSchema } from '../../shared/wire/events.ts';
import { renewalEventSchema } from '../../shared/wire/renewal.ts';
import { replyPart, topics, withoutRule } from '../../shared/wire/topics.ts';
import { eventsRule, presenceRules, renewalRule, rowRules, settledRule } from './rule-sql.ts';
import { runRule } from './testing/iot-sql.ts';

const slug = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const site = fc.record({ tenant: slug, site: slug });
const commandId = fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
const part = fc
  .tuple(fc.constantFrom('ok', 'error', 'expired', 'unknown'), fc.nat({ max: 400 }))
  .map(([status, number]) => replyPart(status, number));
const payload = fc.uint8Array({ maxLength: 200 });
const now = fc.nat({ max: 4_000_000_000_000 });

function rowOf(topic: string, bytes: Uint8Array, at: number) {
  const message = { topic, payload: bytes, now: at };
  return runRule(rowRules.reply, message) ?? runRule(rowRules.progress, message);
}

test('a reply becomes exactly the row that the ledger reads', () => {
  fc.assert(
    fc.property(site, commandId, part, payload, now, (at, id, name, bytes, time) => {
      const topic = topics.reply(at, id, name);
      expect(rowOf(topic, bytes, time)).toEqual(ruleItem(topic, bytes, time));
      expect(ruleItem(topics.answer(at, id, name), bytes, time)).toEqual(ruleItem(topic, bytes, time));
      expect(rowOf(topic, bytes, time)).not.toBeNull();
    }),
  );
});

test('progress becomes exactly the row that the ledger reads', () => {
  fc.assert(
    fc.property(site, commandId, payload, now, (at, id, bytes, time) => {
      const topic = topics.progress(at, id);
      expect(rowOf(topic, bytes, time)).toEqual(ruleItem(topic, bytes, time));
      expect(rowOf(topic, bytes, time)).not.toBeNull();
    }),
  );
});

test('any other topic of a site becomes no row, in the rules as in cloud/store/keys.ts', () => {
  const level = fc.oneof(
    fc.constantFrom('cmd', 'res', 'prog', 'hello', 'ok-1', ''),
    commandId,
    part,
    fc.string(),
  );
  const rest = fc.array(
    level.filter((text) => !/[/+#]/.test(text)),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(site, rest, payload, now, (at, levels, bytes, time) => {
      const topic = ['sereno/v1', at.tenant, at.site, ...levels].join('/');
      expect(rowOf(topic, bytes, time)).toEqual(ruleItem(topic, bytes, time));
    }),
  );
});

test('a hello calls presence with its site, its certificate and the message as it was', () => {
  fc.assert(
    fc.property(site, payload, now, (at, bytes, time) => {
      const message = {
        topic: withoutRule(topics.hello(at)),
        payload: bytes,
        now: time,
        certificate: 'ab12',
      };
      const event = presenceEventSchema.parse(runRule(presenceRules.hello, message));
      const body = Buffer.from(bytes).toString('base64');
      expect(event).toEqual({ ...at, kind: 'hello', at: time, body, certificate: 'ab12' });
      expect(runRule(presenceRules.will, message)).toBeNull();
    }),
  );
});

test('a last will calls presence with its site and the message as it was', () => {
  fc.assert(
    fc.property(site, payload, now, (at, bytes, time) => {
      const message = { topic: topics.will(at), payload: bytes, now: time, certificate: 'ab12' };
      const event = presenceEventSchema.parse(runRule(presenceRules.will, message));
      expect(event).toEqual({ ...at, kind: 'will', at: time, body: Buffer.from(bytes).toString('base64') });
      expect(runRule(presenceRules.hello, message)).toBeNull();
    }),
  );
});

const ENDED = 1_795_477_000_000;

function disconnect(clientId: string, disconnectReason: string) {
  return {
    topic: `$aws/events/presence/disconnected/${clientId}`,
    payload: Buffer.from(
      JSON.stringify({ clientId, disconnectReason, eventType: 'disconnected', timestamp: ENDED }),
    ),
    now: ENDED + 90_000,
  };
}

test('the end of a connection calls presence with the site of its client id and the time of the end', () => {
  fc.assert(
    fc.property(site, ({ tenant, site }) => {
      const message = disconnect(clientIdOf(tenant, site), 'CONNECTION_LOST');
      const event = presenceEventSchema.parse(runRule(presenceRules.disconnected, message));
      expect(event).toEqual({ tenant, site, kind: 'disconnected', at: ENDED });
    }),
  );
});

test('a connection replaced by a newer one of the same agent is not an absence', () => {
  expect(runRule(presenceRules.disconnected, disconnect('acme_norte', 'DUPLICATE_CLIENTID'))).toBeNull();
});

test.each(['console-1234', 'acme_norte_2', 'Acme_norte', '_norte', 'acme_'])(
  'the end of a connection of %s, which is no agent, calls nobody',
  (clientId) => {
    expect(runRule(presenceRules.disconnected, disconnect(clientId, 'CONNECTION_LOST'))).toBeNull();
  },
);

test('a batch of events calls intake with its site and the batch as it was', () => {
  fc.assert(
    fc.property(site, fc.integer({ min: 1 }), payload, now, (at, seq, bytes, time) => {
      // The rules engine does not see what names the rule.
      const topic = withoutRule(topics.events(at, seq));
      const event = intakeEventSchema.parse(runRule(eventsRule, { topic, payload: bytes, now: time }));
      const body = Buffer.from(bytes).toString('base64');
      expect(event).toEqual({ ...at, kind: 'events', at: time, body });
    }),
  );
});

test('the reply to a command that has changed something calls intake with its id, that to a read calls nobody', () => {
  fc.assert(
    fc.property(
      site,
      commandId,
      fc.constantFrom('readback', 'counters', 'ack', 'none'),
      now,
      (at, id, verified, time) => {
        const reply = { v: 1, id, status: 'ok', verified };
        const message = {
          topic: topics.reply(at, id, replyPart('ok', 0)),
          payload: Buffer.from(JSON.stringify(reply)),
          now: time,
        };
        const told = runRule(settledRule, message);
        if (verified === 'none') expect(told).toBeNull();
        else expect(intakeEventSchema.parse(told)).toEqual({ ...at, kind: 'settled', at: time, command: id });
        expect(
          runRule(settledRule, { ...message, topic: topics.reply(at, id, replyPart('error', 0)) }),
        ).toBeNull();
      },
    ),
  );
});

test('a request for a new certificate calls renew with its site, the certificate of its line and the request as it was', () => {
  fc.assert(
    fc.property(site, payload, now, (at, bytes, time) => {
      const topic = withoutRule(topics.renewal(at));
      const told = runRule(renewalRule, { topic, payload: bytes, now: time, certificate: 'ab12' });
      const body = Buffer.from(bytes).toString('base64');
      expect(renewalEventSchema.parse(told)).toEqual({
        ...at,
        kind: 'renewal',
        at: time,
        body,
        certificate: 'ab12',
      });
    }),
  );
});
