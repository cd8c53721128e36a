import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshKey } from '../../shared/domain/sealed.ts';
import { type OperationKind, type OperationName, operations } from '../../shared/wire/operations.ts';
import { Intake } from './intake.ts';
import { command, DispatchBench, ownHandlers } from './testing/bench.ts';

const NAMES = Object.keys(operations) as OperationName[];
/** Into what a command of each kind is made where its arguments are understood. */
const KIND_OF: Readonly<Record<OperationKind, string>> = {
  read: 'ask',
  act: 'ask',
  write: 'write',
  own: 'own',
  batch: 'own',
  rule: 'own',
  recall: 'own',
  survey: 'own',
  inquiry: 'inquiry',
  word: 'word',
};
const ARGS: Readonly<Record<OperationName, object>> = {
  'user.list': {},
  'user.get': { user_id: '7' },
  'user.put': { mode: 'create', user_id: '7', fields: { name: 'Ana' } },
  'user.delete': { user_id: '7' },
  'user.restore': { user_id: '7' },
  'user.batch': { items: [{ do: 'delete', user_id: '7' }] },
  'finger.list': { user_id: '7' },
  'finger.enroll': { user_id: '7', finger_index: 1 },
  'attendance.list': {},
  'device.ping': {},
  'device.info': {},
  'device.sync_time': {},
  'device.put': { mode: 'update', id: 'principal' },
  'device.delete': {},
  'identifier.put': {
    type: 'card',
    items: [
      {
        number: '1850186',
        owner: { type: 'guest', name: 'Ana' },
        lock: 'all',
        window: { from: 1, to: 2 },
        max_passes: 2,
      },
    ],
  },
  'identifier.delete': { type: 'card', numbers: ['1850186'] },
  'identifier.reset': { type: 'card', number: '1850186' },
  'identifier.list': { type: 'card', limit: 10, page: 1, sort: 'asc', key: freshKey() },
  'wiegand.put': { mode: 'hex', type: 'wiegand_34' },
  'wiegand.get': {},
  'device.settings': {},
  'site.discover': { subnet: '192.168.1.0/24' },
  'people.put': {
    epoch: ulid(),
    items: [{ person: 'p-1', version: 1, user_id: '7', want: { name: 'Ana' } }],
  },
  'finger.seal': { person: 'p-1', fingers: [1], to: { site: 'sur', key: freshKey() } },
  'finger.give': { person: 'p-1', from: 'sur', kind: '10', sealed: '' },
  'device.refused': { devices: [] },
  'site.tenure': { session: 's', seq: 1, since: 0 },
  'site.certificate': { certificate: 'pem', days: 365 },
  'agent.update': {
    id: ulid(),
    version: '0.2.0',
    url: 'https://packages.example.com/a.update',
    sha256: 'a'.repeat(64),
  },
  'op.query': { command_id: ulid() },
  'op.cancel': { command_id: ulid() },
};

async function startIntake() {
  const bench = await DispatchBench.start();
  onTestFinished(() => bench.stop());
  const done: string[] = [];
  const noted = (name: string) => () => void done.push(name);
  const intake = new Intake({
    undo: bench.undo,
    own: { ...ownHandlers(), 'user.batch': async () => ({ status: 'ok', data: {}, verified: 'none' }) },
    inquiries: { 'op.query': () => ({}), 'op.cancel': () => ({ cancelled: true }) },
    words: {
      'device.refused': noted('device.refused'),
      'site.tenure': noted('site.tenure'),
      'site.certificate': noted('site.certificate'),
      'agent.update': noted('agent.update'),
    },
  });
  return { done, read: (message: unknown) => intake.read(Buffer.from(JSON.stringify(message))) };
}

describe('what arrives on the command topic', () => {
  it('is one thing by its kind in the table of operations, and nothing of it is done by reading it', async () => {
    const { read, done } = await startIntake();
    for (const name of NAMES) {
      expect(read(command(name, ARGS[name]))).toMatchObject({ kind: KIND_OF[operations[name].kind] });
    }
    expect(done).toEqual([]);
    const word = read(command('site.tenure', ARGS['site.tenure']));
    expect(word?.kind === 'word' && word.answer()).toEqual({});
    expect(done).toEqual(['site.tenure']);
  });

  it('is rejected as a whole where its version, its operation or one of its arguments is not known', async () => {
    const { read } = await startIntake();
    for (const name of NAMES) {
      const [newer, longer] = [{ v: 2 }, { args: { ...ARGS[name], brand_new: 1 } }];
      for (const change of [newer, longer]) {
        const got = read({ ...command(name, ARGS[name]), ...change });
        if (got?.kind === 'inquiry' || got?.kind === 'word') expect(got.answer).toThrow(/not understand/);
        else expect(got).toMatchObject({ kind: 'rejected', error: { code: 'rejected' } });
      }
    }
    expect(read(command('user.clone', {}))).toMatchObject({ kind: 'rejected', error: { code: 'rejected' } });
  });

  it('has its arguments unpacked where they were packed, and is rejected where that fails', async () => {
    const { read } = await startIntake();
    const args = ARGS['identifier.put'];
    const pack = (text: string) => gzipSync(text).toString('base64');
    const asked = (packed: string) => read({ ...command('identifier.put', {}), packed });
    expect(asked(pack(JSON.stringify(args)))).toMatchObject({ kind: 'own', command: { args } });
    expect(asked(pack(JSON.stringify(args)))).not.toHaveProperty('command.packed');
    for (const damaged of [
      '',
      'AAAA',
      pack('{'),
      pack('{}'),
      pack(' '.repeat(2 ** 21) + JSON.stringify(args)),
    ]) {
      expect(asked(damaged)).toMatchObject({ kind: 'rejected' });
    }
  });

  it('never throws, whatever it holds', async () => {
    const { read } = await startIntake();
    const fields = fc.record(
      {
        v: fc.constantFrom(1, 2, 'x'),
        id: fc.constantFrom(ulid(), '', 'x'),
        args: fc.json().map(JSON.parse),
      },
      { requiredKeys: [] },
    );
    const message = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...NAMES, 'none'), fields)
        .map(([op, more]) => ({ ...command(op, {}), ...more })),
    );
    fc.assert(fc.property(message, (each) => void read(each)));
  });
});
