// The fingers of a user: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { fingerField, flagField } from './fields.ts';
import { count, success } from './parts.ts';
import type { Route } from './route.ts';
import { userRecordQuery } from './users.ts';

const enrollFingerBody = z
  .strictObject({ finger_index: fingerField, replace: flagField.optional() })
  .meta({ id: 'EnrollFinger' });

const fingerprintsAnswer = z.object({
  success,
  data: z.array(z.object({ finger_index: z.int().min(0).max(9), finger_name: z.string(), size: count })),
});
const enrollStartedAnswer = z.object({
  success,
  message: z.string(),
  data: z.object({
    user_id: z.string(),
    device_id: z.string(),
    finger_index: z.int().min(0).max(9),
    finger_name: z.string(),
  }),
  operation_id: z.string(),
});

const her = { device_id: 'principal', user_id: '9001' };

export const fingerRoutes = {
  fingerEnroll: {
    method: 'POST',
    path: '/devices/{device_id}/users/{user_id}/enroll-finger',
    access: 'users:write',
    narrower: 'users:write:fingers',
    fn: 'users',
    operation: 'finger.enroll',
    summary: 'Let a user enrol a finger at the terminal',
    body: enrollFingerBody,
    says: {
      es: 'Modo enrolamiento activado. El usuario debe poner el dedo 3 veces.',
      en: 'Enrolment mode is on. The user must put the finger down 3 times.',
    },
    answer: enrollStartedAnswer,
    example: {
      params: her,
      body: { finger_index: 1 },
      answer: {
        data: { user_id: '9001', device_id: 'principal', finger_index: 1, finger_name: 'Indice derecho' },
        operation_id: '01M85D1KQ478W8K417B44ANESP',
      },
    },
  },
  fingerList: {
    method: 'GET',
    path: '/devices/{device_id}/users/{user_id}/fingerprints',
    access: 'users:read',
    fn: 'users',
    operation: 'finger.list',
    summary: 'The enrolled fingers of a user, never the templates',
    query: userRecordQuery,
    answer: fingerprintsAnswer,
    example: {
      params: her,
      answer: { data: [{ finger_index: 1, finger_name: 'Indice derecho', size: 1184 }] },
    },
  },
} as const satisfies Record<string, Route>;
