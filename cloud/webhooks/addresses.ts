// Which addresses a webhook may be delivered to: those of the internet, others only where the settings allow them. Checked
// for the very addresses that are connected to, so that a name that changes its mind after a check gains nothing.
import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that the settings may allow. Link-local ones, where clouds keep their metadata, are never among them. */
export const EXTRA_NETWORKS = ['private', 'loopback'] as const;
export type ExtraNetwork = (typeof EXTRA_NETWORKS)[number];

type Subnet = readonly [network: string, prefix: number];

const LOOPBACK: readonly Subnet[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];
const PRIVATE: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
];
/** Source: IANA special-purpose address registries. */
const NEVER: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Metadata of AWS by IPv6, within a private range.
  ['fd00:ec2::', 32],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['2001::', 23],
  ['2001:db8::', 32],
  // Ways to an IPv4 address by an IPv6 one.
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
];

function listOf(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) {
    list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const loopback = listOf(LOOPBACK);
const others = listOf(PRIVATE);
const never = listOf(NEVER);

function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = 'FORBIDDEN_ADDRESS';
}

/** True for an IP address that may be connected to. */
export function mayConnect(address: string, extra: ReadonlySet<ExtraNetwork>): boolean {
  // An IPv4 address written as an IPv6 one is that address.
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIP(plain) === 0) return false;
  if (holds(loopback, plain)) return extra.has('loopback');
  if (holds(never, plain)) return false;
  return !holds(others, plain) || extra.has('private');
}

/** The host of a URL as an address, or null where it is a name. */
export function literalAddress({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? null : bare;
}

/** Looks a name up for a connection; fails where any of its addresses is forbidden. */
export function guardedLookup(extra: ReadonlySet<ExtraNetwork>): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return callback(error ?? new Error('no address'), '', 0);
      if (!addresses.every(({ address }) => mayConnect(address, extra))) {
        return callback(new ForbiddenAddress(hostname), '', 0);
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
