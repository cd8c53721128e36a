import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, Reply } from '../../shared/wire/envelope.ts';
import { Journal, KEEP_DAYS } from './journal.ts';
import { IllegalTransition, type JournalState, statesBefore } from './state.ts';

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-journal-'));
  journal = Journal.open(folder, 'norte');
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

const command = (fields: Partial<Command> = {}): Command => ({
  v: 1,
  id: ulid(),
  op: 'user.put',
  device: 'principal',
  issuedAt: 5000,
  notAfter: 27_000,
  via: 'direct',
  args: { mode: 'create', user_id: '7', fields: { name: 'Ana', password: '8642' } },
  ...fields,
});
const reply = (id: string): Reply => ({
  v: 1,
  id,
  status: 'ok',
  applied: 'yes',
  verified: 'counters',
  queueMs: 0,
  deviceMs: 3,
  agentVersion: '0',
  replayed: false,
});
const message = { topic: 't', payload: Buffer.from('x') };

describe('the journal', () => {
  it('keeps what is changed together, or nothing of it, and takes up what is nested in it', () => {
    const [one, two] = [command(), command()];
    for (const each of [one, two]) journal.receive(each, '7', 1);
    const states = () => [one, two].map(({ id }) => journal.find(id)?.state);
    const half = () =>
      journal.together(() => {
        journal.start(one.id, 4, null);
        journal.settle(reply(one.id), [message], 5);
        throw new Error('amid it');
      });
    expect(half).toThrow('amid it');
    expect(states()).toEqual(['received', 'received']);
    expect(journal.outbox(10)).toEqual([]);
    journal.together(() => {
      for (const { id } of [one, two]) journal.start(id, 4, null);
    });
    journal.unsynced(() => {
      for (const { id } of [one, two]) journal.written(id);
    });
    expect(states()).toEqual(['written', 'written']);
    journal.together(() => {
      for (const { id } of [one, two]) journal.settle(reply(id), [message], 5);
    });
    expect(states()).toEqual(['verified', 'verified']);
    expect(journal.outbox(10)).toHaveLength(2);
  });

  it('returns a known command instead of storing it twice', () => {
    const first = command();
    expect(journal.receive(first, '7', 1)).toBeNull();
    expect(journal.receive(first, '7', 2)).toMatchObject({ id: first.id, state: 'received', receivedAt: 1 });
  });

  it('keeps what was noted before the write when it is opened again', () => {
    const one = command();
    journal.receive(one, '7', 1);
    journal.start(one.id, 14, Buffer.from([1, 2, 3]));
    journal.close();
    journal = Journal.open(folder, 'norte');
    expect(journal.unsettled()).toMatchObject([{ id: one.id, state: 'started', uid: 14, command: one }]);
    expect(journal.find(one.id)?.preimage).toEqual(Buffer.from([1, 2, 3]));
  });

  it('blanks arguments and preimage when a command settles', () => {
    const one = command();
    journal.receive(one, '7', 1);
    journal.start(one.id, 14, Buffer.from('preimage-8642'));
    journal.settle(reply(one.id), [message], 2);
    expect(journal.find(one.id)).toMatchObject({ command: null, preimage: null, state: 'verified' });
  });

  it('calls a command replied once every message of it is sent', () => {
    const one = command();
    journal.receive(one, '7', 1);
    journal.settle(reply(one.id), [message, message], 2);
    const [first, second] = journal.outbox(10);
    journal.sent(first!);
    expect(journal.find(one.id)?.state).toBe('verified');
    journal.sent(second!);
    expect(journal.find(one.id)?.state).toBe('replied');
    expect(journal.outbox(10)).toEqual([]);
  });

  it('puts parts and a new envelope into the outbox when the cloud asks again', () => {
    const one = command();
    journal.receive(one, '7', 1);
    journal.settle(
      reply(one.id),
      [
        { topic: 'part', payload: Buffer.from('p') },
        { ...message, topic: 'head' },
      ],
      2,
    );
    for (const item of journal.outbox(10)) journal.sent(item);
    journal.resend(one.id, { topic: 'head', payload: Buffer.from('again') });
    expect(journal.outbox(10).map(({ topic, payload }) => [topic, Buffer.from(payload).toString()])).toEqual([
      ['part', 'p'],
      ['head', 'again'],
    ]);
  });

  it('knows the newest write that was started for a user', () => {
    const early = command({ issuedAt: 10 });
    const late = command({ issuedAt: 20 });
    journal.receive(early, '7', 1);
    journal.receive(late, '7', 1);
    expect(journal.users.lastStarted('principal', '7')).toBeNull();
    journal.start(early.id, 3, null);
    expect(journal.users.lastStarted('principal', '7')).toBe(10);
  });

  /** Settled, and every message of it sent. */
  const replied = (fields: Partial<Command>) => {
    const done = command(fields);
    journal.receive(done, null, 1);
    journal.settle(reply(done.id), [message], 2);
    for (const item of journal.outbox(10)) journal.sent(item);
    return done.id;
  };
  const DAY_MS = 86_400_000;

  it('forgets replied commands after their days, and never an unsettled one', () => {
    const waiting = command();
    journal.receive(waiting, '8', 1);
    const done = replied({ issuedAt: 5000 });
    journal.sweep(27_000 + KEEP_DAYS * DAY_MS);
    expect(journal.find(done)).not.toBeNull();
    journal.sweep(27_001 + KEEP_DAYS * DAY_MS);
    expect(journal.find(done)).toBeNull();
    expect(journal.find(waiting.id)).not.toBeNull();
  });

  it('keeps what became of the items of a batch for as long as anybody may ask about it', () => {
    const week = { issuedAt: 5000, notAfter: 5000 + 7 * DAY_MS };
    const many = command({ ...week, op: 'user.batch', args: { items: [] } });
    journal.receive(many, null, 1);
    const item = replied(week);
    // One of the others is in doubt at a terminal that is away: the batch goes on.
    journal.sweep(5000 + 14 * DAY_MS);
    expect(journal.find(item)).not.toBeNull();
    journal.sweep(5001 + (7 + KEEP_DAYS) * DAY_MS);
    expect(journal.find(item)).toBeNull();
    expect(journal.find(many.id)).not.toBeNull();
  });

  it('forgets reads soon, with their replies, and keeps every change', () => {
    const read = replied({ op: 'user.list', args: {} });
    const changes = ['finger.enroll', 'device.put', 'device.sync_time'].map((op) => replied({ op }));
    journal.sweep(5000 + 3_600_000);
    expect([journal.find(read), ...changes.map((id) => journal.find(id)?.state)]).toEqual([
      null,
      'replied',
      'replied',
      'replied',
    ]);
  });

  it('returns what is to be sent, without what is being sent, up to the given limit', () => {
    const one = command();
    journal.receive(one, '7', 1);
    journal.settle(reply(one.id), [message, message, message], 2);
    const [first, second, third] = journal.outbox(3).map(({ seq }) => seq);
    expect(journal.outbox(2, new Set([first!])).map(({ seq }) => seq)).toEqual([second]);
    expect(journal.outbox(3, new Set([first!, second!])).map(({ seq }) => seq)).toEqual([third]);
  });

  it('leaves no argument of a settled command in any of its files', () => {
    const one = command();
    journal.receive(one, '7', 1);
    journal.start(one.id, 14, Buffer.from('preimage-8642'));
    journal.settle(reply(one.id), [], 2);
    journal.forgetLog();
    for (const file of readdirSync(folder)) {
      expect([file, readFileSync(join(folder, file)).includes('8642')]).toEqual([file, false]);
    }
  });

  it('is refused to a second process while the first holds it', () => {
    expect(() => Journal.open(folder, 'norte')).toThrow(/cannot write to its disk/);
  });

  it('keeps its files to itself', () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'journal.db')).mode & 0o777).toBe(0o600);
  });

  it('allows the transitions of the machine and no others, whatever the order', () => {
    const step: Record<Exclude<JournalState, 'received'>, (id: string) => void> = {
      started: (id) => journal.start(id, 1, null),
      written: (id) => journal.written(id),
      verified: (id) => journal.settle(reply(id), [message], 1),
      replied: () => {
        for (const item of journal.outbox(99)) journal.sent(item);
      },
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom('started', 'written', 'verified'), { maxLength: 6 }), (wishes) => {
        const { id } = command();
        journal.receive(command({ id }), '7', 1);
        let state: JournalState = 'received';
        for (const wish of wishes as (keyof typeof step)[]) {
          if (statesBefore(wish).includes(state)) {
            step[wish](id);
            state = wish;
          } else {
            expect(() => step[wish](id)).toThrow(IllegalTransition);
          }
          expect(journal.find(id)?.state).toBe(state);
        }
      }),
      { numRuns: 60 },
    );
  });
});
