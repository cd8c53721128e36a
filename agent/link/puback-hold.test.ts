import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { PubackHold } from './puback-hold.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene() {
  const sent: string[] = [];
  const hold = new PubackHold(systemClock);
  return { sent, hold, arrive: (name: string) => hold.arrived(() => void sent.push(name)) };
}

test('a PUBACK goes right behind the reply that follows', () => {
  const { sent, hold, arrive } = scene();
  arrive('a')();
  expect(sent).toEqual([]);
  hold.published();
  expect(sent).toEqual(['a']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a PUBACK whose reply went before it does not wait', () => {
  const { sent, hold, arrive } = scene();
  const acknowledge = arrive('a');
  hold.published();
  acknowledge();
  expect(sent).toEqual(['a']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a PUBACK that no reply follows goes alone after a moment, once', () => {
  const { sent, hold, arrive } = scene();
  arrive('a')();
  arrive('b')();
  vi.advanceTimersByTime(249);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1);
  hold.published();
  expect(sent).toEqual(['a', 'b']);
});
