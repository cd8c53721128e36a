import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type System, startSystem } from '../../infra/local/system.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Caller, callerOf } from './client.ts';

const CLI = fileURLToPath(new URL('../../agent/cli.ts', import.meta.url));
const KEY = 918_273_645;
const WITHIN = { timeout: 15_000, interval: 100 };

let dataDir: string;
let system: System;
let call: Caller;
let third: SimulatedTerminal;
beforeAll(async () => {
  third = await startTerminal({ users: 4, attendance: 3, commKey: KEY, clockOffset: -7200 });
  dataDir = mkdtempSync(join(tmpdir(), 'sereno-e2e-'));
  system = await startSystem({ dataDir, terminals: { principal: { users: 3 } } });
  call = callerOf(system.url, system.token);
});
afterAll(async () => {
  await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
  await third.stop();
});

const register = (more: object = {}) =>
  call('POST', '/devices', {
    id: 'Bodega Sur',
    name: 'Bodega',
    ip: '127.0.0.1',
    port: third.port,
    password: KEY,
    ...more,
  });
const online = async (id: string) => {
  const { body } = await call('GET', '/devices');
  return body.data.find((device: { id: string }) => device.id === id)?.online;
};

describe('a device registered over HTTP', () => {
  it('works at once: ping, info, sync-time, users; the comm key is never told', async () => {
    const made = await register();
    expect(made).toMatchObject({
      status: 200,
      body: { success: true, message: "Dispositivo 'bodega_sur' registrado.", data: { id: 'bodega_sur' } },
    });
    const path = '/devices/bodega_sur';
    expect(await call('GET', `${path}/ping`)).toMatchObject({
      status: 200,
      body: { message: "Conexion exitosa con 'bodega_sur'.", ip: '127.0.0.1' },
    });
    expect(await call('GET', `${path}/info`)).toMatchObject({
      status: 200,
      body: { data: { id: 'bodega_sur', serialnumber: 'SIM0000000001', users_count: 4, records_count: 3 } },
    });
    expect(await call('POST', `${path}/sync-time`)).toMatchObject({
      status: 200,
      body: { message: '[bodega_sur] Hora sincronizada.' },
    });
    expect((await call('GET', `${path}/users`)).body.total).toBe(4);
    expect(third.disabledStretches).toEqual([]);
    const listed = await call('GET', '/devices');
    expect(JSON.stringify([made.body, listed.body])).not.toContain(String(KEY));
    await vi.waitFor(async () => expect(await online('bodega_sur')).toBe(true), WITHIN);
  });

  it('is still there after the agent was killed, and can be changed', async () => {
    system.agents[0]!.kill();
    await vi.waitFor(async () => {
      expect((await call('GET', '/devices/bodega_sur/ping')).status).toBe(200);
    }, WITHIN);
    expect(await call('PUT', '/devices/bodega_sur', { name: 'Nueva' })).toMatchObject({
      status: 200,
      body: { message: "Dispositivo 'bodega_sur' actualizado.", data: { id: 'bodega_sur' } },
    });
    // A hello that was under way may show the old name for a moment; the agent tells the new one right after.
    await vi.waitFor(async () => {
      const { data } = (await call('GET', '/devices')).body;
      expect(data).toContainEqual(expect.objectContaining({ id: 'bodega_sur', name: 'Nueva' }));
    }, WITHIN);
    expect((await call('GET', '/devices/bodega_sur/users')).body.total).toBe(4);
  });

  it('is refused twice, outside of private ranges, at the address of another, and over one of the file', async () => {
    expect(await register()).toMatchObject({ status: 409, body: { code: 'device_exists' } });
    expect(await register({ id: 'lejos', ip: '8.8.8.8' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_field', error: expect.stringContaining('direcciones privadas') },
    });
    expect(await register({ id: 'doble' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_field', error: expect.stringContaining("'bodega_sur'") },
    });
    expect(await call('DELETE', '/devices/principal')).toMatchObject({
      status: 409,
      body: { code: 'device_from_file' },
    });
  });

  it('is told to be swapped while another terminal answers in its place, until that is accepted', async () => {
    const path = '/devices/bodega_sur';
    const { port } = third;
    await third.stop();
    third = await startTerminal({ users: 6, commKey: KEY, serialNumber: 'OTHER-1', port });
    const refused = { status: 409, body: { success: false, code: 'device_swapped' } };
    await vi.waitFor(async () => expect(await call('GET', `${path}/users`)).toMatchObject(refused), WITHIN);
    const user = { user_id: '77', name: 'Ana' };
    expect(await call('POST', `${path}/users`, user)).toMatchObject(refused);
    await vi.waitFor(async () => {
      expect((await call('GET', '/devices?state=swapped')).body.total).toBe(1);
    }, WITHIN);
    const { data } = (await call('GET', '/devices?state=swapped', undefined, { 'Accept-Language': 'en' }))
      .body;
    expect(data).toMatchObject([
      {
        id: 'bodega_sur',
        online: false,
        serial: 'SIM0000000001',
        reason: expect.stringContaining('serial OTHER-1, expected SIM0000000001'),
      },
    ]);
    expect((await call('GET', path)).body.data).toMatchObject({ state: 'swapped', serial_found: 'OTHER-1' });
    expect((await call('GET', `${path}/settings`)).body.data).toMatchObject({ has_password: true, port });
    expect(await call('PUT', path, { accept_serial: 'OTHER-1' })).toMatchObject({ status: 200 });
    expect((await call('GET', `${path}/users`)).body.total).toBe(6);
    await vi.waitFor(async () => expect(await online('bodega_sur')).toBe(true), WITHIN);
  });

  it('needs its comm key again with another address', async () => {
    expect(await call('PUT', '/devices/bodega_sur', { port: 1 })).toMatchObject({
      status: 400,
      body: { code: 'comm_key_needed', error: expect.stringContaining('password') },
    });
  });

  it('answers 503 to ping while it is away, and 404 once it is deleted', async () => {
    await call('PUT', '/devices/bodega_sur', { port: 1, timeout: 1, password: KEY });
    expect(await call('GET', '/devices/bodega_sur/ping')).toMatchObject({
      status: 503,
      body: {
        success: false,
        ip: '127.0.0.1',
        error: expect.stringContaining('127.0.0.1:1 hay un equipo que no atiende ese puerto'),
      },
    });
    expect(await call('DELETE', '/devices/bodega_sur')).toMatchObject({
      status: 200,
      body: { message: "Dispositivo 'bodega_sur' eliminado." },
    });
    expect(await call('GET', '/devices/bodega_sur/ping')).toMatchObject({ status: 404 });
  });
});

describe('sereno-agent doctor', () => {
  it('finds a running agent well, takes nothing from it, and says what is wrong with an exit status', async () => {
    const { principal } = system.terminals!;
    await call('GET', '/devices/principal/ping');
    const { status, findings } = await doctor();
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(status).toBe(0);
    expect(findings.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        'agent.yaml',
        'disk',
        'journal',
        'agent',
        'clock',
        'certificate',
        'cloud: TLS',
        'terminal principal',
      ]),
    );
    await principal.until((it) => it.connections() === 0);
    expect(principal.disabledStretches).toEqual([]);
    await principal.stop();
    expect((await call('GET', '/devices/principal/ping')).status).toBe(503);
    const after = await doctor();
    expect(after.status).toBe(2);
    expect(after.findings).toContainEqual(
      expect.objectContaining({ subject: 'terminal principal', verdict: expect.not.stringMatching('ok') }),
    );
    expect((await call('GET', '/')).status).toBe(200);
  });
});

interface Report {
  readonly status: number;
  readonly findings: readonly { readonly subject: string; readonly verdict: string }[];
}

/** Its exit status must be the one that it tells. */
function doctor(): Promise<Report> {
  const { tenant, site } = system.agents[0]!.site;
  const config = join(dataDir, 'agents', clientIdOf(tenant, site), 'agent.yaml');
  const args = [CLI, 'doctor', '--config', config, '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, stdout) => {
      const report = JSON.parse(stdout) as Report;
      if ((error?.code ?? 0) === report.status) resolve(report);
      else reject(new Error(`exit status ${error?.code}, but told ${report.status}`));
    });
  });
}
