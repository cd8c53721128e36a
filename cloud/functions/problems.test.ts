// GET /problems over the real store: what of the alerts' problems is open, and who sees it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeEvents } from '../alerts/problems.ts';
import { AlertStates } from '../alerts/state.ts';
import { newTenant } from '../events/testing/batches.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler } from './events.ts';

const START = Date.parse('2026-11-30T12:00:00Z');
const POSITION = { entry: 1, place: 0, at: START };

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function problems(tenant: string, query: Given['query'] = {}, sites?: object) {
  const auth = { tenant, subject: 'operator:9', scopes: 'events:read' };
  const rights = sites === undefined ? {} : { sites: JSON.stringify(sites) };
  const { status, body } = await invoke(handler, 'problemList', { query, auth: { ...auth, ...rights } });
  expect(status).toBe(200);
  return body as { total: number; data: { type: string; site?: string; data: object }[] };
}

/** A company with a terminal in each of two branches, and events that its alerts have looked at. */
async function happened(...told: readonly object[]): Promise<string> {
  const tenant = newTenant();
  await hello(world, tenant, 'norte', ['uno']);
  await hello(world, tenant, 'sur', ['dos']);
  const events = told.map((each, place) => ({ id: `e${place}`, at: START + place, data: {}, ...each }));
  const states = new AlertStates(world.table);
  await states.begin(tenant, POSITION);
  const held = await states.hold(tenant, { holder: 'me', heldUntil: START }, START);
  expect(held).not.toBeNull();
  const after = { ...held!, problems: takeEvents(new Map(), events as never, START) };
  expect(await states.note(tenant, { holder: 'me', heldUntil: 0 }, after)).toBe(true);
  return tenant;
}

const rule = (type: string, site: string, device: string, user: string) => ({
  ...{ type, site, device },
  data: { user_id: user, identifier_type: 'card', reason: 'window' },
});

test('what lasts is told, the worst first, until something has ended it', async () => {
  const tenant = await happened(
    { type: 'device.offline', site: 'sur', device: 'dos' },
    rule('rule.overdue', 'norte', 'uno', '7'),
    rule('rule.overdue', 'norte', 'uno', '8'),
    rule('rule.off', 'norte', 'uno', '8'),
    { type: 'operation.unknown', site: 'norte', device: 'uno', data: { operation_id: 'x' } },
    { type: 'webhook.paused', data: { webhook_id: 'w' } },
  );
  const { total, data } = await problems(tenant);
  expect(total).toBe(2);
  expect(data).toMatchObject([
    {
      type: 'rule.overdue',
      severity: 4,
      since: '2026-11-30T12:00:00.001Z',
      site: 'norte',
      device_id: 'uno',
      data: { user_id: '7', identifier_type: 'card', reason: 'window' },
    },
    { type: 'device.offline', severity: 3, site: 'sur', device_id: 'dos' },
  ]);
  expect((await problems(tenant, { types: 'device.offline' })).total).toBe(1);
  expect(await problems(tenant, { limit: '1' })).toMatchObject({
    total: 2,
    data: [{ type: 'rule.overdue' }],
  });
});

test('of a branch that one does not see nothing is told, nor of a terminal that is not there any more', async () => {
  const tenant = await happened(
    rule('rule.overdue', 'norte', 'uno', '7'),
    rule('rule.overdue', 'sur', 'dos', '7'),
    rule('rule.failed', 'norte', 'ninguno', '7'),
  );
  const norte = { everywhere: 'none', sites: { norte: 'read' } };
  expect((await problems(tenant, {}, norte)).data.map(({ site }) => site)).toEqual(['norte']);
  expect((await problems(tenant)).data.map(({ site }) => site).sort()).toEqual(['norte', 'sur']);
  expect(await problems(newTenant())).toMatchObject({ total: 0, data: [] });
});
