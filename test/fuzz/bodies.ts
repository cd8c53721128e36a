// HTTP requests that are almost those of the contract: the real handlers answer each with one of its refusals.
import { handler as attendance } from '../../cloud/functions/attendance.ts';
import { handler as devices } from '../../cloud/functions/devices.ts';
import { handler as operations } from '../../cloud/functions/operations.ts';
import { handler as users } from '../../cloud/functions/users.ts';
import { type Given, invoke, type Received } from '../../cloud/testing/invoke.ts';
import { startWorld } from '../../cloud/testing/world.ts';
import type { Random } from '../terminal/random.ts';
import { mutated } from './mutate.ts';
import { Flaw, type Target, within } from './target.ts';

const ANSWERS_MS = 10_000;

const BODIES: readonly [object, ...object[]] = [
  { user_id: '5', name: 'Ana', password: '12', privilege: 0, card: 7 },
  { id: 'bodega', name: 'Bodega', ip: '192.168.1.7', port: 4370, timeout: 5, timezone: 'America/La_Paz' },
  { finger_index: 3, replace: true },
];
const VALUES: readonly [unknown, ...unknown[]] = [
  null,
  -1,
  1e300,
  '',
  ' ',
  'ñ',
  'x'.repeat(500),
  [],
  {},
  true,
  '0x1',
  '1e3',
];

function body(random: Random): string {
  const whole = { ...random.pick(BODIES) } as Record<string, unknown>;
  const keys = ['extra', ...Object.keys(whole)] as const;
  for (let change = random.between(0, 3); change > 0; change--)
    whole[random.pick(keys)] = random.pick(VALUES);
  const text = JSON.stringify(whole);
  return random.between(0, 1) === 0 ? text : mutated(Buffer.from(text), random).toString();
}

type Call = (given: Given) => Promise<Received>;

const CALLS: readonly [Call, ...Call[]] = [
  (given) => invoke(users, 'userCreate', given),
  (given) => invoke(users, 'userUpdate', given),
  (given) => invoke(users, 'userList', given),
  (given) => invoke(users, 'userDelete', given),
  (given) => invoke(users, 'fingerEnroll', given),
  (given) => invoke(devices, 'deviceCreate', given),
  (given) => invoke(devices, 'deviceUpdate', given),
  (given) => invoke(operations, 'operationGet', given),
  (given) => invoke(operations, 'operationList', given),
  (given) => invoke(attendance, 'attendanceAll', given),
];

function given(random: Random): Given {
  const text = () => mutated(Buffer.from('2026-01-01'), random).toString();
  const segment = () => mutated(Buffer.from('principal'), random).toString() || 'x';
  return {
    params: { device_id: segment(), user_id: segment(), id: segment() },
    query: { limit: text(), cursor: text(), date: text() },
    headers: { 'idempotency-key': text(), prefer: text(), 'accept-language': text() },
    ...(random.between(0, 9) > 0 && { body: body(random) }),
  };
}

export async function bodies(): Promise<Target> {
  const world = await startWorld();
  return {
    name: 'bodies',
    async feed(count, random) {
      for (let fed = 0; fed < count; fed++) {
        const request = given(random);
        const what = `a request (${JSON.stringify(request)})`;
        const answer = await within(ANSWERS_MS, what, random.pick(CALLS)(request));
        // There is no device and no site here: what passes the checks ends as not found, or as an empty list.
        const isContract =
          typeof answer.body.success === 'boolean' && [200, 400, 404].includes(answer.status);
        if (!isContract)
          throw new Flaw(`${what} is answered ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      return count;
    },
    close: () => world.close(),
  };
}
