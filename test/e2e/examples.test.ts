import { afterAll, beforeAll, expect, it } from 'vitest';
import { examples } from '../../cloud/rest/docs/examples.ts';
import type { Route } from '../../shared/api/route.ts';
import { type RouteName, routes } from '../../shared/api/routes.ts';
import { type Running, settled, startForTest } from './client.ts';

let running: Running;
beforeAll(async () => {
  running = await startForTest();
});
afterAll(() => running.stop());

it('every example of the contract can be sent as it stands, one after the other', async () => {
  const { call } = running;
  let operation = '';
  let webhook = '';
  let rollout = '';
  for (const [name, { params = {}, query, body }] of Object.entries(examples) as [
    RouteName,
    { params?: Record<string, string>; query?: Record<string, string>; body?: object },
  ][]) {
    const { method, path, answer, late }: Route = routes[name];
    const { fn } = routes[name];
    const given: Record<string, string> = {
      id: operation,
      ...params,
      ...(fn === 'webhooks' ? { id: webhook } : {}),
      ...(path.startsWith('/rollouts/') ? { id: rollout } : {}),
    };
    if (name === 'operationCancel') {
      const begun = await call('POST', '/devices/entrada/users/1001/enroll-finger', {
        finger_index: 9,
        replace: true,
      });
      expect(begun.status).toBe(200);
      given.id = begun.body.operation_id;
    }
    const url = path.replace(/\{(\w+)\}/g, (_, place: string) => given[place] ?? '');
    const asked = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    const told = await call(method, `${url}${asked}`, body);
    // The branch of the example has no agent: what is wanted of it waits.
    const answered = late === 'update' ? 202 : 200;
    expect([name, told.status, told.body.error]).toEqual([name, answered, undefined]);
    expect([name, answer?.safeParse(told.body).error]).toEqual([name, undefined]);
    if (name === 'rolloutCreate') rollout = told.body.data.id;
    if (name === 'webhookCreate') webhook = told.body.data.id;
    operation = told.headers.get('sereno-operation') ?? operation;
    // Somebody would put the finger now; the terminal is busy until then.
    if (name === 'fingerEnroll') {
      await call('DELETE', `/operations/${told.body.operation_id}`);
      await settled(call, told.body.operation_id);
    }
  }
}, 60_000);
