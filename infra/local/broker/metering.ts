// What AWS IoT Core would meter of the traffic of its clients. Pings, CONNACKs and its own PUBACKs are free.
import type { ParsedTopic } from '../../../shared/wire/topics.ts';
import type { Meter } from '../meter.ts';

/** What goes straight to a rule costs no message (Basic Ingest). */
const TO_RULE = '$aws/rules/';

/** A site has published. A last will was metered with its CONNECT. */
export function meterPublished(meter: Meter, { kind }: ParsedTopic, name: string, bytes: number): void {
  if (name.startsWith(TO_RULE) || kind === 'will') return;
  meter.message(kind, name.length + bytes);
}

/** Something was sent to a site. */
export function meterSent(meter: Meter, topic: string, bytes: number): void {
  meter.message(`to ${topic.split('/').at(-1)}`, topic.length + bytes);
}
