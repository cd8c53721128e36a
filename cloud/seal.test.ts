import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FileDataKeys } from './file-data-keys.ts';
import { KmsDataKeys } from './kms-data-keys.ts';
import { type DataKeys, SealedBox, UnsealError } from './seal.ts';
import { bodyOf, listen } from './testing/servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'sereno-seal-'));
const keyFile = join(folder, 'seal.key');
writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });

/** What KMS does with the context: a wrapped key opens with the same alone. */
interface Asked {
  readonly target: string;
  readonly KeyId: string;
  readonly EncryptionContext: { readonly tenant: string };
  readonly CiphertextBlob?: string;
}
const asked: Asked[] = [];
let failing = false;
const given = new Map<string, { readonly key: string; readonly tenant: string }>();
const server = createServer(async (request, response) => {
  const body = JSON.parse((await bodyOf(request)).toString('utf8')) as Omit<Asked, 'target'>;
  const target = String(request.headers['x-amz-target']);
  asked.push({ ...body, target });
  const answer = (status: number, content: object) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(content));
  };
  const { tenant } = body.EncryptionContext;
  if (failing) return answer(400, { __type: 'DisabledException' });
  if (target.endsWith('GenerateDataKey')) {
    const wrapped = randomBytes(184).toString('base64');
    const key = randomBytes(32).toString('base64');
    given.set(wrapped, { key, tenant });
    return answer(200, { Plaintext: key, CiphertextBlob: wrapped, KeyId: body.KeyId });
  }
  const known = given.get(body.CiphertextBlob ?? '');
  if (known?.tenant !== tenant) return answer(400, { __type: 'InvalidCiphertextException' });
  answer(200, { Plaintext: known.key, KeyId: body.KeyId });
});
let client: KMSClient;
let now = 1_000_000;
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1';
const kms = () => new KmsDataKeys({ client: () => client, keyId: KEY, now: () => now });

beforeAll(async () => {
  client = new KMSClient({
    region: 'eu-west-1',
    endpoint: await listen(server),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
beforeEach(() => {
  asked.length = 0;
  failing = false;
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const kinds: [string, () => DataKeys][] = [
  ['a key file', () => new FileDataKeys(keyFile)],
  ['KMS', kms],
];

describe.each(kinds)('a box over %s', (_name, keysOf) => {
  test('gives back what was sealed, to its own tenant and place, in another container too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array(),
        fc.string(),
        fc.array(fc.string()),
        async (content, tenant, place) => {
          const sealed = await new SealedBox(keysOf()).seal(tenant, place, content);
          const opened = await new SealedBox(keysOf()).open(tenant, place, sealed);
          expect(Buffer.from(opened)).toEqual(Buffer.from(content));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('opens nothing for another tenant or place, and nothing that was changed or cut off', async () => {
    const box = new SealedBox(keysOf());
    const sealed = await box.seal('acme', ['job', '1'], Buffer.from('{"password":"1234"}'));
    await expect(box.open('globex', ['job', '1'], sealed)).rejects.toThrow();
    await expect(box.open('acme', ['job', '2'], sealed)).rejects.toThrow(UnsealError);
    for (const at of [sealed.length - 1, sealed.length - 25]) {
      const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      await expect(box.open('acme', ['job', '1'], changed)).rejects.toThrow(UnsealError);
    }
    for (const length of [0, 1, 40]) {
      await expect(box.open('acme', ['job', '1'], sealed.subarray(0, length))).rejects.toThrow(UnsealError);
    }
  });

  test('no two seals of one content are alike, and the content is in none', async () => {
    const box = new SealedBox(keysOf());
    const secret = Buffer.from('a PIN and a card number');
    const [one, two] = await Promise.all([box.seal('acme', [], secret), box.seal('acme', [], secret)]);
    expect(Buffer.from(one!)).not.toEqual(Buffer.from(two!));
    expect(Buffer.from(one!).includes(secret)).toBe(false);
  });
});

test('KMS is told the tenant with each call, and asked once in five minutes for each tenant', async () => {
  const box = new SealedBox(kms());
  await Promise.all([box.seal('acme', ['1'], Buffer.from('x')), box.seal('acme', ['2'], Buffer.from('y'))]);
  await box.seal('globex', ['1'], Buffer.from('z'));
  expect(asked.map(({ target, KeyId, EncryptionContext }) => [target, KeyId, EncryptionContext])).toEqual([
    ['TrentService.GenerateDataKey', KEY, { tenant: 'acme' }],
    ['TrentService.GenerateDataKey', KEY, { tenant: 'globex' }],
  ]);
  now += 5 * 60_000;
  await box.seal('acme', ['3'], Buffer.from('x'));
  expect(asked).toHaveLength(3);
});

test('a call of KMS that failed is made again at the next seal', async () => {
  const box = new SealedBox(kms());
  failing = true;
  await expect(box.seal('acme', [], Buffer.from('x'))).rejects.toThrow();
  failing = false;
  const sealed = await box.seal('acme', [], Buffer.from('x'));
  expect(Buffer.from(await box.open('acme', [], sealed)).toString()).toBe('x');
});

test('a key file that others may read, or that holds no key, seals nothing', async () => {
  const file = join(folder, 'other.key');
  writeFileSync(file, randomBytes(32), { mode: 0o600 });
  chmodSync(file, 0o640);
  await expect(new SealedBox(new FileDataKeys(file)).seal('acme', [], Buffer.from('x'))).rejects.toThrow(
    'chmod 600',
  );
  writeFileSync(file, 'short');
  chmodSync(file, 0o600);
  await expect(new SealedBox(new FileDataKeys(file)).seal('acme', [], Buffer.from('x'))).rejects.toThrow(
    '32 bytes',
  );
});
