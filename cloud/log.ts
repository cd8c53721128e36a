// Structured logs: tenant, caller, site, device, badge, command, operation and trace id on every line of a call; never names, PINs, cards, tokens or bodies.
import { AsyncLocalStorage } from 'node:async_hooks';
import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** What is known of the call at hand. */
type Notes = Partial<
  Record<
    | 'route'
    | 'requestId'
    | 'trace'
    | 'tenant'
    | 'subject'
    | 'site'
    | 'device'
    | 'user'
    | 'command'
    | 'op'
    | 'outcome',
    string | undefined
  >
>;

// A function serves one call at a time in Lambda, but many in local mode, and asks many terminals within one.
const current = new AsyncLocalStorage<Notes>();

/** Runs `work`: every line that it logs has these notes, those of the work around it, and those added while it runs. */
export function about<T>(notes: Notes, work: () => T): T {
  return current.run({ ...current.getStore(), ...notes }, work);
}

/** Adds what has become known to every further line of the work at hand. */
export function note(more: Notes): void {
  Object.assign(current.getStore() ?? {}, more);
}

class NotingFormatter extends LogFormatter {
  override formatAttributes(
    { logLevel, message, timestamp, serviceName }: UnformattedAttributes,
    more: LogAttributes,
  ): LogItem {
    const line = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      service: serviceName,
    };
    return new LogItem({ attributes: { ...line, ...current.getStore(), ...more } });
  }
}

export const log = new Logger({ serviceName: 'sereno', logFormatter: new NotingFormatter() });
