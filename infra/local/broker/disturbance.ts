// How a test disturbs the broker: messages to clients lost, doubled, held back, and lines cut while sites publish.
import type { ParsedTopic } from '../../../shared/wire/topics.ts';

/** `lost`: the line breaks before the broker has it. `unanswered`: it breaks before the client has the PUBACK. */
export type PublishFate = 'passes' | 'lost' | 'unanswered';

export interface Disturbance {
  /** Loses, delays or doubles what goes to a client: it is sent as often as `send` is called. */
  readonly intercept?: ((clientId: string, send: () => void) => void) | undefined;
  /** Breaks the line while a site publishes; default `passes`. */
  readonly strike?: ((topic: ParsedTopic) => PublishFate) | undefined;
  /** Called with every PUBACK of a client. */
  readonly onAcknowledged?: ((clientId: string) => void) | undefined;
}
