import { expect, it, vi } from 'vitest';
import { calledAgain } from './called-again.ts';

it('a function that fails twice is called a third time, and not a fourth', async () => {
  const dies = new Error('it died');
  const call = vi
    .fn(async () => 'stored')
    .mockRejectedValueOnce(dies)
    .mockRejectedValueOnce(dies);
  expect(await calledAgain(call, [1, 1])).toBe('stored');
  expect(call).toHaveBeenCalledTimes(3);
  const never = vi.fn(async () => Promise.reject(dies));
  await expect(calledAgain(never, [1, 1])).rejects.toBe(dies);
  expect(never).toHaveBeenCalledTimes(3);
});
