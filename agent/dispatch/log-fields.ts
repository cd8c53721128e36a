// What every log line about a command has: ids that lead back to its request, never its contents.
import type { Command } from '../../shared/wire/envelope.ts';

export interface LogFields {
  readonly command: string;
  readonly op: string;
  readonly device?: string;
  /** Trace id of the request (W3C trace context, 32 hex digits); the cloud's log lines have the same. */
  readonly trace?: string;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-/;

export function logFields({ id, op, device, traceparent = '' }: Command): LogFields {
  const trace = TRACEPARENT.exec(traceparent)?.[1];
  return {
    command: id,
    op,
    ...(device === undefined ? {} : { device }),
    ...(trace === undefined ? {} : { trace }),
  };
}
