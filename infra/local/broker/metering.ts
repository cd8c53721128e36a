// What AWS IoT Core would meter of the traffic of its clients. Pings, CONNACKs and its own PUBACKs are free.
import { isForRule, type ParsedTopic } from '../../../shared/wire/topics.ts';
import type { Meter } from '../meter.ts';

/** A site has published. What goes straight to a rule is free, and a last will was metered with its CONNECT. */
export function meterPublished(meter: Meter, { kind }: ParsedTopic, name: string, bytes: number): void {
  if (isForRule(name) || kind === 'will') return;
  meter.message(kind, name.length + bytes);
}

/** Something was sent to a site. */
export function meterSent(meter: Meter, topic: string, bytes: number): void {
  meter.message(`to ${topic.split('/').at(-1)}`, topic.length + bytes);
}
