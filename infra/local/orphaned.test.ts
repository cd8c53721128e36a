import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onOrphaned } from './orphaned.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the end of the parent is noticed once', () => {
  let parents = '7 6';
  const act = vi.fn();
  onOrphaned(act, () => parents);
  vi.advanceTimersByTime(5000);
  expect(act).not.toHaveBeenCalled();
  parents = '7 1';
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('a watch that has ended notices nothing', () => {
  let parents = '7 6';
  const act = vi.fn();
  onOrphaned(act, () => parents)();
  parents = '7 1';
  vi.advanceTimersByTime(5000);
  expect(act).not.toHaveBeenCalled();
});
