// Attendance as the terminals hold it: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { attendanceSchema } from '../domain/attendance.ts';
import { dateField, momentField, textField } from './fields.ts';
import { count, EXAMPLE_AT, error, instant, pageQuery, reversed, says, success } from './parts.ts';
import type { Route } from './route.ts';

/** Both may be a day alone, a day and a minute, or more: as far as the shorter one goes, the texts compare. */
function isAfter(from: string, to: string): boolean {
  const length = Math.min(from.length, to.length);
  return from.replace(' ', 'T').slice(0, length) > to.replace(' ', 'T').slice(0, length);
}

export const attendanceQuery = pageQuery
  .extend({
    user_id: textField.optional().meta(says('Only punches of exactly this badge')),
    date: dateField.optional().meta(says('Only punches of this day, in the local time of the terminal')),
    from: momentField
      .optional()
      .meta(says('Only punches from this moment on, in the local time of the terminal')),
    to: momentField
      .optional()
      .meta(says('Only punches up to this moment, in the local time of the terminal')),
  })
  .refine((query) => query.date === undefined || (query.from === undefined && query.to === undefined), {
    path: ['date'],
    ...error('date_and_range'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || !isAfter(from, to), reversed);

const attendanceView = attendanceSchema.extend({ device_id: z.string(), device_name: z.string() });
const attendanceAnswer = z.object({
  success,
  total: count,
  as_of: instant,
  skipped: count,
  data: z.array(attendanceView.meta({ id: 'Attendance' })),
  next_cursor: z.string().optional(),
});
const attendanceAllAnswer = attendanceAnswer.extend({ errors: z.record(z.string(), z.string()) });

const punches = {
  total: 1,
  as_of: EXAMPLE_AT,
  skipped: 0,
  data: [
    {
      user_id: '9001',
      timestamp: '2026-11-23T08:01:12',
      status: 1,
      punch: 0,
      device_id: 'principal',
      device_name: 'Entrada principal',
    },
  ],
};

export const attendanceRoutes = {
  attendanceList: {
    method: 'GET',
    path: '/devices/{device_id}/attendance',
    access: 'attendance:read',
    fn: 'attendance',
    operation: 'attendance.list',
    summary: 'The punches of a terminal, newest first',
    query: attendanceQuery,
    answer: attendanceAnswer,
    example: { params: { device_id: 'principal' }, answer: punches },
  },
  attendanceAll: {
    method: 'GET',
    path: '/attendance/all',
    access: 'attendance:read',
    fn: 'attendance',
    summary: 'The punches of every terminal, newest first',
    query: attendanceQuery,
    answer: attendanceAllAnswer,
    example: { answer: { ...punches, errors: {} } },
  },
} as const satisfies Record<string, Route>;
