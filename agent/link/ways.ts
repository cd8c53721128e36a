// By which ports the broker is looked for, and in which order.

/** MQTT over TLS, and the port that every firewall lets out: there the broker knows MQTT by its ALPN name, which the SDK always sends. */
const MQTT_PORT = 8883;
const HTTPS_PORT = 443;

/** `host:port`, each a way to try; one that agent.yaml gives a port has no other. A proxy more often lets 443 through. */
export function waysTo(endpoint: string, hasProxy: boolean): readonly string[] {
  if (endpoint.includes(':')) return [endpoint];
  const ports = hasProxy ? [HTTPS_PORT, MQTT_PORT] : [MQTT_PORT, HTTPS_PORT];
  return ports.map((port) => `${endpoint}:${port}`);
}
