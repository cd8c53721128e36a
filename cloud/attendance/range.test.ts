// Filters to the second, both ends inclusive.
import { expect, test } from 'vitest';
import { attendanceFilter } from './range.ts';

test('a date is the whole of that day', () => {
  expect(attendanceFilter({ date: '2026-03-01' })).toEqual({
    from: '2026-03-01T00:00:00',
    to: '2026-03-01T23:59:59',
  });
});

test('what a moment leaves out is filled with its beginning or its end', () => {
  expect(attendanceFilter({ from: '2026-03-01', to: '2026-03-02' })).toEqual({
    from: '2026-03-01T00:00:00',
    to: '2026-03-02T23:59:59',
  });
  expect(attendanceFilter({ from: '2026-03-01 08:30', to: '2026-03-01T08:30' })).toEqual({
    from: '2026-03-01T08:30:00',
    to: '2026-03-01T08:30:59',
  });
  expect(attendanceFilter({ user_id: '7', to: '2026-03-01T08:30:15' })).toEqual({
    user_id: '7',
    to: '2026-03-01T08:30:15',
  });
});
