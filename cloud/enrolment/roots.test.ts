import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { amazonRoots } from './roots.ts';

test('the roots that agents on AWS are given are those of Amazon, each signed by itself and good for years', () => {
  const pems = amazonRoots().match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const roots = pems.map((pem) => new X509Certificate(pem));
  expect(roots.map(({ subject }) => /CN=(.*)$/m.exec(subject)?.[1]).sort()).toEqual(
    [1, 2, 3, 4].map((number) => `Amazon Root CA ${number}`),
  );
  for (const root of roots) {
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.validToDate.getTime()).toBeGreaterThan(Date.now() + 5 * 365 * 24 * 3600_000);
  }
});
