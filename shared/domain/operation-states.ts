// How an operation stands, as callers are told it.
export const OPERATION_STATES = [
  'accepted',
  'running',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];
