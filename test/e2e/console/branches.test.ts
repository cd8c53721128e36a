// The console's branches: how they stand, and a new one brought in until its agent arrives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTerminal } from '../../terminal/terminal.ts';
import { type Running, startForTest } from '../client.ts';
import { describeInBrowser, LANGUAGES, stopBrowser, Visitor } from './browser.ts';
import { OWN_PASSWORD, rpc, settleAdmin } from './operator.ts';

const CLI = new URL('../../../agent/cli.ts', import.meta.url).pathname;

let running: Running;
let admin: { username: string; password: string };

describeInBrowser('branches in the console', () => {
  beforeAll(async () => {
    running = await startForTest();
    admin = await settleAdmin(running.system);
  });

  afterAll(async () => {
    await stopBrowser();
    await running.stop();
  });

  test.each(LANGUAGES)(
    'the branches can be read by everybody, on a phone in the dark too (%s)',
    async (language) => {
      for (const look of [{}, { phone: true, dark: true }]) {
        const visitor = await Visitor.arrive(running.system.url, { ...look, language });
        await visitor.signIn(admin.username, admin.password);
        await visitor.open('/branches');
        await visitor.page.getByRole('table').waitFor();
        await visitor.expectAccessible();
        await visitor.expectNoSideways();
        visitor.expectQuiet();
        await visitor.leave();
      }
    },
  );

  test('who may not manage branches sees the terminals of his own, and is told that branches are not his', async () => {
    const { url } = running.system;
    const session = (await rpc(url, 'user.login', admin)) as string;
    const { usrgrpids } = (await rpc(
      url,
      'usergroup.create',
      { name: 'Matriz', site_rights: [{ site: 'casa-matriz', permission: '2' }] },
      session,
    )) as { usrgrpids: string[] };
    const given = 'Cerro#Alto77';
    const user = { username: 'ana', passwd: given, roleid: '1', usrgrps: [{ usrgrpid: usrgrpids[0] }] };
    const { userids } = (await rpc(url, 'user.create', user, session)) as { userids: string[] };
    const own = (await rpc(url, 'user.login', { username: 'ana', password: given })) as string;
    await rpc(url, 'user.update', { userid: userids[0], passwd: OWN_PASSWORD, current_passwd: given }, own);
    const visitor = await Visitor.arrive(url);
    const { page } = visitor;
    await visitor.signIn('ana', OWN_PASSWORD);
    const terminals = page.getByRole('region', { name: 'Terminales' });
    await terminals.getByText('2', { exact: true }).first().waitFor();
    await page.getByText('Todo en orden').waitFor();
    expect(await page.getByRole('region', { name: 'Sedes' }).count()).toBe(0);
    await visitor.expectAccessible();
    for (const path of ['/branches', '/branches/casa-matriz']) {
      await visitor.open(path);
      await page.getByRole('alert').filter({ hasText: 'No tiene permiso para ver esto' }).first().waitFor();
      await visitor.expectAccessible();
    }
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('a branch is brought in by the keyboard: its agent arrives, and its terminals are found and added', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-console-'));
    const terminal = await startTerminal({
      host: '127.0.0.2',
      serialNumber: 'SN<b>-NORTE',
      deviceName: 'K40',
    });
    const address = `127.0.0.2:${terminal.port}`;
    const visitor = await Visitor.arrive(running.system.url);
    const { page } = visitor;
    await visitor.signIn(admin.username, admin.password);
    await visitor.open('/branches');
    await page.getByRole('button', { name: 'Nueva sede' }).press('Enter');
    await page.getByRole('textbox', { name: 'Identificador' }).waitFor();
    await visitor.expectAccessible();
    await page.keyboard.type('norte');
    await page.keyboard.press('Tab');
    await page.keyboard.type('<b>Norte</b>');
    await page.keyboard.press('Enter');
    await page.getByText('Esperando a que el agente llegue').waitFor();
    await visitor.expectAccessible();
    const line = (await page.locator('pre').textContent()) ?? '';
    const [, ...words] = line.trim().split(' ').slice(line.trim().split(' ').indexOf('sereno-agent'));
    const config = join(folder, 'agent.yaml');
    const agent = spawn(process.execPath, [CLI, ...words, '--config', config], {
      stdio: 'ignore',
      env: { ...process.env, SERENO_ALLOW_LOOPBACK: '1' },
    });
    try {
      await page.getByText('El agente llegó').waitFor();
      await page.getByRole('dialog').getByText('<b>Norte</b>').waitFor();
      await page.getByRole('button', { name: 'Seguir con sus terminales' }).press('Enter');
      await page.getByRole('heading', { level: 1, name: '<b>Norte</b>' }).waitFor();
      await page.getByText('Esta sede no tiene terminales todavía').waitFor();
      await page.getByRole('region', { name: 'Agente' }).waitFor();
      await visitor.expectAccessible();

      await page.getByRole('button', { name: 'Buscar terminales' }).press('Enter');
      await page.getByRole('textbox', { name: 'Red' }).focus();
      await page.keyboard.type('172.31.255.252/30');
      await page.keyboard.press('Enter');
      await page.getByText('debe ser parte de una red privada').waitFor();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('127.0.0.0/30');
      await page.keyboard.press('Tab');
      await page.keyboard.type(String(terminal.port));
      await page.keyboard.press('Enter');
      await page.getByText('Respondió una de 2 direcciones de 127.0.0.0/30.').waitFor();
      await page.getByRole('cell', { name: 'SN<b>-NORTE' }).waitFor();
      await visitor.expectAccessible();

      await page.getByRole('button', { name: `Agregar ${address}` }).press('Enter');
      const form = page.getByRole('dialog').filter({ hasText: 'Agregar terminal' });
      await form.getByRole('textbox', { name: 'Nombre' }).focus();
      await page.keyboard.type('Entrada Norte');
      await page.keyboard.press('Tab');
      // Another branch has that id: said at its field.
      await page.keyboard.type('principal');
      await page.keyboard.press('Enter');
      await form.getByText("El dispositivo 'principal' ya existe.").first().waitFor();
      await visitor.expectAccessible();
      await form.getByRole('textbox', { name: 'Identificador' }).focus();
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Delete');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Ya está: entrada_norte' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Entrada Norte' }).waitFor();
      await page.getByRole('cell', { name: 'En línea' }).waitFor();
      const { body } = await running.call('GET', '/sites');
      expect(body.data.find(({ site }: { site: string }) => site === 'norte')).toMatchObject({
        online: true,
        devices: { total: 1 },
      });

      await page.getByRole('button', { name: 'Quitar Entrada Norte' }).press('Enter');
      await page.getByText('El aparato conserva sus usuarios y marcaciones').waitFor();
      await visitor.expectAccessible();
      await page.getByRole('button', { name: 'Quitarlo' }).press('Enter');
      await page.getByText('Esta sede no tiene terminales todavía').waitFor();
      visitor.expectQuiet();
    } finally {
      const ended = once(agent, 'exit');
      agent.kill('SIGTERM');
      await ended;
      await terminal.stop();
      rmSync(folder, { recursive: true, force: true });
      await visitor.leave();
    }
  });
});
