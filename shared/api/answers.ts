// What any route may answer besides its own 200: an error, or that a command was accepted.
import * as z from 'zod';
import { catalogue } from '../catalogue.ts';
import type { ErrorCode } from '../errors.ts';
import { success } from './parts.ts';

export const errorAnswer = z
  .object({
    success: z.literal(false),
    error: z.string().meta({ description: 'A sentence for people.' }),
    code: z.enum(Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]]).meta({
      description: 'Stable, for programs. More may come; decide on `status` for one that you do not know.',
    }),
    applied: z.enum(['yes', 'no', 'partial', 'unknown']).optional(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    disponibles: z.array(z.string()).optional(),
    ip: z.string().optional(),
    operation_id: z.string().optional(),
  })
  .meta({ id: 'Error' });

export const acceptedAnswer = z.object({ success, operation_id: z.string() }).meta({ id: 'Accepted' });
