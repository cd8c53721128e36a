// Which addresses a device registered over the API may have: private ones, and what the operator's file names.
import { BlockList, isIPv4 } from 'node:net';

export interface HostRules {
  /** `allow_hosts` of agent.yaml. */
  readonly allowHosts: readonly string[];
  /** True on a machine whose terminals are simulated ones. */
  readonly allowLoopback: boolean;
}

/** RFC 1918. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);

export function isPrivateAddress(host: string): boolean {
  return isIPv4(host) && PRIVATE.check(host);
}

export function isLoopbackAddress(host: string): boolean {
  return isIPv4(host) && LOOPBACK.check(host);
}

/** A name is never resolved to find out: what it stands for may change, so only the operator's file can allow one. */
export function isAllowedHost(host: string, { allowHosts, allowLoopback }: HostRules): boolean {
  const isListed = allowHosts.some((allowed) => allowed.toLowerCase() === host.toLowerCase());
  return isListed || isPrivateAddress(host) || (allowLoopback && isLoopbackAddress(host));
}
