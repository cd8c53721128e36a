import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { json } from './answer.ts';
import { compressed, LEAST_BYTES, takesGzip } from './compressed.ts';

const large = json(200, { data: Array.from({ length: 200 }, (_, uid) => ({ uid, name: 'Ñandú' })) });

describe('an answer', () => {
  it.each([
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['br;q=1.0, GZIP;q=0.8, *;q=0.1', true],
    ['*', true],
    ['gzip;q=0', false],
    ['gzip;q=0.000, *', false],
    ['deflate, br', false],
    ['', false],
    [undefined, false],
  ])('to a caller who takes %j is gzipped: %j', async (accepted, isGzipped) => {
    expect(takesGzip(accepted)).toBe(isGzipped);
    const answer = await compressed(large, accepted);
    expect(answer.headers).toMatchObject({ vary: 'accept-encoding', 'cache-control': 'no-store' });
    expect(answer.headers['content-encoding']).toBe(isGzipped ? 'gzip' : undefined);
    const text = isGzipped ? gunzipSync(Buffer.from(answer.body, 'base64')).toString('utf8') : answer.body;
    expect(text).toBe(large.body);
    if (isGzipped) expect(answer.body.length).toBeLessThan(large.body.length / 2);
  });

  it('that is small goes as it is', async () => {
    const small = json(200, { text: 'x'.repeat(LEAST_BYTES - 100) });
    expect(await compressed(small, 'gzip')).toBe(small);
  });
});
