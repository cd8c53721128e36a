// Certificates that hold for seconds: agents renew them by themselves, over the real broker, rule, function and control plane.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Running, startForTest } from './client.ts';

const WITHIN = { timeout: 40_000, interval: 50 };

let running: Running;
beforeAll(async () => {
  running = await startForTest({ certificateMs: 15_000 });
});
afterAll(() => running.stop());

const registry = () => running.system.authority.registry;
const principals = () => registry().principals('local_casa-matriz');

describe('an agent whose certificate is about to end', () => {
  it('has another one, the one before is gone from the broker, and calls are served on', async () => {
    const [first = ''] = principals();
    await vi.waitFor(() => expect(registry().certificate(first)).toBeNull(), WITHIN);
    expect(principals()).not.toContain(first);
    const { status, body } = await running.call('POST', '/devices/principal/users', {
      user_id: '4711',
      name: 'Eva',
    });
    expect([status, body.message]).toEqual([200, 'Usuario registrado.']);
    const { body: audit } = await running.call('GET', '/audit');
    expect(JSON.stringify(audit)).toContain('certificate renewal');
  });

  it('goes on renewing, over a death too, and comes back with the certificate that it has got', async () => {
    const [second = ''] = principals();
    running.system.agents[0]!.kill();
    await vi.waitFor(() => expect(principals()).not.toContain(second), WITHIN);
    await vi.waitFor(() => expect(running.system.broker.isConnected('local_casa-matriz')).toBe(true), WITHIN);
    expect((await running.call('GET', '/devices/principal/ping')).status).toBe(200);
  });
});
