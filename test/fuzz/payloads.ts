// MQTT messages that are almost commands: none may throw, stay unacknowledged, or be taken for another command.
import { ulid } from 'ulid';
import { AgentBench } from '../../agent/testing/agent-bench.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import type { Random } from '../terminal/random.ts';
import { startTerminal } from '../terminal/terminal.ts';
import { mutated } from './mutate.ts';
import { breathe, Flaw, type Target, within } from './target.ts';

const AFTERWARDS_MS = 30_000;
const BREATHE_EVERY = 50;

type Question = readonly [op: string, args: object];

/** No address that could be registered: nothing may be dialled here. */
const ARGS: readonly [Question, ...Question[]] = [
  ['user.list', { limit: 5, search: 'a' }],
  ['user.get', { user_id: '1001' }],
  ['user.put', { mode: 'create', user_id: '5', fields: { name: 'Ana', card: 7 } }],
  ['user.delete', { user_id: '1001', purge: true }],
  ['device.put', { mode: 'create', id: 'bodega', name: 'B', host: '999.8.8.8', comm_key: 5 }],
  ['device.delete', {}],
  ['op.query', { command_id: '01K0000000000000000000000A' }],
  ['op.cancel', { command_id: '01K0000000000000000000000A' }],
  ['device.ping', {}],
];

const ODD: readonly [unknown, ...unknown[]] = [
  null,
  -1,
  1e308,
  '',
  'x'.repeat(300),
  '\u0000',
  '__proto__',
  [],
  [[[]]],
  {},
  true,
  { toString: 1 },
  Number.MAX_SAFE_INTEGER,
];

/** A command with some of its fields replaced, left out or added, at any depth. */
function almost(random: Random): unknown {
  const [op, args] = random.pick(ARGS);
  const now = Date.now();
  const command = {
    v: 1,
    id: ulid(),
    op,
    device: 'principal',
    issuedAt: now,
    notAfter: now + 9000,
    via: 'direct',
    args,
  };
  const copy = structuredClone(command) as Record<string, unknown>;
  for (let change = random.between(0, 3); change > 0; change--) {
    const inside = random.between(0, 1) === 0 && typeof copy.args === 'object' && copy.args !== null;
    const subject = (inside ? copy.args : copy) as Record<string, unknown>;
    const keys = ['extra', '__proto__', ...Object.keys(subject)] as const;
    const key = random.pick(keys);
    if (random.between(0, 3) === 0) delete subject[key];
    else
      Object.defineProperty(subject, key, {
        value: structuredClone(random.pick(ODD)),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return copy;
}

function message(random: Random): Buffer {
  const whole = Buffer.from(JSON.stringify(almost(random)));
  return random.between(0, 2) === 0 ? mutated(whole, random) : whole;
}

export async function payloads(): Promise<Target> {
  const terminal = await startTerminal({ users: 5, logLimit: 1 });
  const agent = new AgentBench();
  agent.start(`devices: [{id: principal, host: 127.0.0.1, port: ${terminal.port}}]\n`, {});
  return {
    name: 'payloads',
    async feed(count, random) {
      let acknowledged = 0;
      for (let fed = 0; fed < count; fed++) {
        const payload = message(random);
        try {
          agent.link.events.onCommand({ payload, acknowledge: () => acknowledged++ });
        } catch (error) {
          throw new Flaw(`a message throws ${String(error)}: ${payload.toString()}`, error);
        }
        if (acknowledged <= fed) throw new Flaw(`a message is not acknowledged: ${payload.toString()}`);
        if (fed % BREATHE_EVERY === 0) await breathe();
      }
      agent.link.replies.length = 0;
      agent.link.hellos.length = 0;
      return count;
    },
    async close() {
      try {
        const settled = afterwards(() => agent.run('device.ping', 'principal'));
        const { status, code } = await within(AFTERWARDS_MS, 'the next command', settled);
        if (status !== 'ok') throw new Flaw(`the next command ends as ${code}`);
        if (!terminal.enabled) throw new Flaw('the terminal is left disabled');
      } finally {
        await agent.dispose();
        await terminal.stop();
      }
    },
  };
}

/** The first answer other than "too many commands are waiting": earlier ones are served first. */
async function afterwards(ask: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await ask();
    if (reply.code !== 'device_busy') return reply;
    await breathe();
  }
}
