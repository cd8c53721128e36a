// Certificates and things of a site, at the stand-in of the control plane.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IoTClient } from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { ControlPlane } from '../../infra/local/controlplane/server.ts';
import { log } from '../log.ts';
import { AwsRevoker } from './aws-revoker.ts';

const SITE = { tenant: 'acme', site: 'norte' };
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const region = 'us-east-1';

let folder: string;
let authority: LocalAuthority;
let plane: ControlPlane;
let client: IoTClient;
let revoker: AwsRevoker;
beforeEach(async () => {
  log.setLogLevel('SILENT');
  folder = mkdtempSync(join(tmpdir(), 'sereno-revoker-'));
  authority = await LocalAuthority.open(folder);
  plane = await ControlPlane.start({ authority, endpoint: 'localhost:1', credentials, region });
  client = new IoTClient({ endpoint: plane.url, credentials, region, maxAttempts: 1 });
  revoker = new AwsRevoker(
    () => client,
    () => new IoTDataPlaneClient({ region, credentials }),
    [1, 1],
  );
});
afterEach(async () => {
  client.destroy();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('what is revoked is gone from the registry, and what is not meant stays as it is', async () => {
  const { registry } = authority;
  const [old, kept] = [await authority.issue(SITE), await authority.issue(SITE)];
  expect(await revoker.revoke(SITE, (id) => id === old.id)).toEqual([old.id]);
  expect(registry.certificate(old.id)).toBeNull();
  expect([registry.principals('acme_norte'), registry.siteOf(kept.id)]).toEqual([[kept.id], SITE]);
});

test('a site that has no certificate any more is forgotten, and one that has stays', async () => {
  const { registry } = authority;
  const { id } = await authority.issue(SITE);
  await revoker.forget(SITE);
  expect(registry.thing('acme_norte')).toEqual(SITE);
  await revoker.revoke(SITE, () => true);
  await revoker.forget(SITE);
  expect([registry.thing('acme_norte'), registry.certificate(id)]).toEqual([null, null]);
  await revoker.forget(SITE);
  expect(await revoker.revoke(SITE, () => true)).toEqual([]);
});

test('two that take the same certificate back at once both end well', async () => {
  const { id } = await authority.issue(SITE);
  await Promise.all(Array.from({ length: 4 }, () => revoker.revoke(SITE, () => true)));
  expect(authority.registry.certificate(id)).toBeNull();
});

test('a revocation that was cut off half-way is done by the next one', async () => {
  const { registry } = authority;
  const { id } = await authority.issue(SITE);
  registry.change(id, { status: 'REVOKED', policy: false });
  expect(await revoker.revoke(SITE, () => true)).toEqual([id]);
  expect(registry.certificate(id)).toBeNull();
});
