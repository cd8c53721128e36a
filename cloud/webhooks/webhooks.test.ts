// The routes of webhooks over the real store, with a real receiver: secrets, trying out, starting again, limits.
import { Webhook as Verifier } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { Seal } from './secrets.ts';
import { Bench, happening } from './testing/bench.ts';

const bench = new Bench();

test('the routes show a secret once, and the table holds none', async () => {
  const { id, secret } = await bench.created();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(JSON.stringify((await bench.call('webhookList')).body)).not.toContain('whsec_');
  expect(JSON.stringify(await bench.shown(id))).not.toContain('whsec_');
  const bytes = Buffer.from(secret.slice(6), 'base64');
  const rows = JSON.stringify(await bench.world.everything());
  expect(rows).not.toContain(secret.slice(6));
  expect(rows).not.toContain(bytes.toString('hex'));
});

test('the routes make a new secret, and the one before signs beside it for a day', async () => {
  const { id, secret } = await bench.created();
  const next = (await bench.change(id, { rotate_secret: true })).data.secret;
  expect(next).not.toBe(secret);
  await bench.tell(happening(1));
  await bench.deliver();
  const verify = (good: string) => {
    const got = bench.receiver.got.at(-1);
    return new Verifier(good).verify(got?.body ?? '', got?.headers as Record<string, string>);
  };
  expect(verify(secret)).toEqual(verify(next));
  // A third one leaves no place for the first.
  const last = (await bench.change(id, { rotate_secret: true })).data.secret;
  await bench.tell(happening(2));
  await bench.deliver();
  expect(verify(next)).toEqual(verify(last));
  expect(() => verify(secret)).toThrow();
});

test('the routes let a webhook whose secret was sealed under a lost key continue with a new one, and send nothing unsigned', async () => {
  const { id } = await bench.created();
  const { tenant } = bench;
  const lost = new Seal(Buffer.alloc(32)).close('whsec_x', `${tenant}/${id}`);
  await bench.world.rewrite(`T#${tenant}`, (row) =>
    row.sk === `W#${id}` ? { secrets: [{ sealed: lost, until: null }] } : {},
  );
  await bench.tell(happening(1));
  await bench.deliver();
  expect(bench.receiver.got).toEqual([]);
  const { secret } = (await bench.change(id, { rotate_secret: true })).data;
  await bench.deliverDue();
  const [got] = bench.receiver.got;
  expect(new Verifier(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).toEqual(
    got?.event,
  );
});

test('the routes deliver again from a cursor onwards', async () => {
  const { id } = await bench.created();
  await bench.tell(happening(1), happening(2), happening(3));
  await bench.deliver();
  const after = Buffer.from(JSON.stringify({ entry: 1, place: 1, at: bench.now })).toString('base64url');
  await bench.change(id, { after });
  await bench.deliverDue();
  expect(bench.gotIds()).toEqual(['event_0001', 'event_0002', 'event_0003', 'event_0002', 'event_0003']);
});

test('the routes try out a webhook, signed, and say what came of it', async () => {
  const { id, secret } = await bench.created();
  const { body } = await bench.call('webhookTest', { params: { id } });
  expect(body.data).toEqual({ delivered: true, status: 204, ms: expect.any(Number) });
  const got = bench.receiver.got[0];
  expect(new Verifier(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).toMatchObject({
    type: 'webhook.test',
    data: { webhook_id: id },
  });
});

test('the routes pause and forget', async () => {
  const { id } = await bench.created();
  expect((await bench.change(id, { state: 'paused' })).data).toMatchObject({
    state: 'paused',
    reason: 'caller',
  });
  await bench.tell(happening(1));
  await bench.deliver();
  await bench.deliverDue();
  expect(bench.receiver.got).toEqual([]);
  expect((await bench.call('webhookDelete', { params: { id } })).status).toBe(200);
  expect((await bench.call('webhookGet', { params: { id } })).status).toBe(404);
});

test('the routes know nothing of the webhooks of another company', async () => {
  const { id } = await bench.created();
  for (const name of [
    'webhookGet',
    'webhookUpdate',
    'webhookDelete',
    'webhookTest',
    'deliveryList',
  ] as const) {
    const given = { params: { id }, tenant: 'other', ...(name === 'webhookUpdate' ? { body: {} } : {}) };
    expect((await bench.call(name, given)).body.code).toBe('webhook_not_found');
  }
  expect((await bench.call('webhookList', { tenant: 'other' })).body).toEqual({
    success: true,
    total: 0,
    data: [],
  });
});

test('the routes accept twenty webhooks of a company and no more', async () => {
  for (let count = 0; count < 20; count++) await bench.created();
  const { status, body } = await bench.call('webhookCreate', { body: { url: bench.receiver.url } });
  expect([status, body.code]).toEqual([409, 'webhook_limit']);
});

test.each([
  ['webhookCreate', { sites: ['nrote'] }, 'site_not_found'],
  ['webhookCreate', { devices: ['principla'] }, 'device_not_found'],
  ['webhookUpdate', { sites: ['nrote'] }, 'site_not_found'],
  ['webhookUpdate', { devices: ['principla'] }, 'device_not_found'],
] as const)(
  '%s refuses %o: a mistyped name would be a webhook that tells nothing',
  async (name, wanted, code) => {
    const { id } = await bench.created();
    const body = name === 'webhookCreate' ? { url: bench.receiver.url, ...wanted } : wanted;
    const answer = await bench.call(name, { params: { id }, body });
    expect([answer.status, answer.body.code]).toEqual([404, code]);
  },
);

test.each([
  { url: 'ftp://example.com/' },
  { url: 'nowhere' },
  { url: 'https://user:secret@example.com/' },
  { url: 'http://169.254.169.254/latest/meta-data/' },
  { url: 'https://10.0.0.7/' },
  { url: 'https://[::ffff:10.0.0.7]/' },
  { url: 'https://example.com/', types: [] },
  { url: 'https://example.com/', types: ['door.opened'] },
  { url: 'https://example.com/', types: ['punch.created', 'punch.created'] },
  { url: 'https://example.com/', sites: ['Norte!'] },
  { url: 'https://example.com/', secret: 'mine' },
  { types: ['punch.created'] },
])('the routes refuse %o', async (body) => {
  const answer = await bench.call('webhookCreate', { body });
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_field']);
});
