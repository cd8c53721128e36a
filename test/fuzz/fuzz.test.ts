import { expect, it } from 'vitest';
import { campaign } from './campaign.ts';

it('1500 damaged frames, replies, events, MQTT payloads and HTTP bodies: nothing crashes, hangs or leaks', async () => {
  const { targets, left } = await campaign({ frames: 1500, seed: 2026 });
  expect(targets.map(({ target }) => target)).toEqual([
    'decoders',
    'sequences',
    'replies',
    'payloads',
    'bodies',
  ]);
  expect(targets.reduce((sum, { fed }) => sum + fed, 0)).toBeGreaterThanOrEqual(1500);
  expect(left).toEqual([]);
}, 120_000);
