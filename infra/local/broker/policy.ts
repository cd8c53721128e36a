// What a site's certificate may do at the broker: the policy of AWS IoT Core, as code.
import { type ParsedTopic, parseTopic, type SiteAddress, topics } from '../../../shared/wire/topics.ts';

/** AWS IoT Core's limit on the payload of one message, in bytes. */
export const PAYLOAD_BYTES = 128 * 1024;
/** AWS IoT Core's Maximum Packet Size, as its CONNACK tells it. */
export const PACKET_BYTES = 149_504;
/** AWS IoT Core's longest keep-alive, in seconds. */
export const KEEPALIVE_SECONDS = 1200;
/** AWS IoT Core's longest session expiry: 7 days, in seconds. */
export const SESSION_SECONDS = 7 * 24 * 3600;

/** The topic, parsed, if that site may publish on it: its replies, progress, events, hello and will. */
export function mayPublish(site: SiteAddress, topic: string): ParsedTopic | null {
  const parsed = parseTopic(topic);
  if (parsed === null || parsed.kind === 'cmd' || parsed.kind === 'stored') return null;
  return parsed.tenant === site.tenant && parsed.site === site.site ? parsed : null;
}

/** True for the site's own topics and those below them, literally: no wildcards. */
export function maySubscribe(site: SiteAddress, filter: string): boolean {
  return filter === topics.command(site) || filter === topics.stored(site);
}
