// Which addresses are asked: those of the machine's own private subnets, each at most a /22 around its address.
import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLoopbackAddress, isPrivateAddress } from '../devices/hosts.ts';

/** The largest subnet that is asked whole: 1022 addresses. */
const WIDEST = 22;

export interface Subnet {
  /** First address, as a u32. */
  readonly first: number;
  readonly prefix: number;
}

/** Thrown for a `--subnet` that is not one, or is not private. */
export class SubnetError extends Error {
  readonly code = 'subnet_invalid';

  constructor(text: string, problem: string) {
    super(`--subnet ${text}: ${problem}`);
    this.name = 'SubnetError';
  }
}

/** The private IPv4 subnets that this machine is in, each cut to the /22 around its own address. */
export function ownSubnets(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): Subnet[] {
  const subnets = new Map<string, Subnet>();
  for (const { address, cidr, internal } of Object.values(interfaces).flatMap((list) => list ?? [])) {
    if (internal || cidr === null || !isPrivateAddress(address)) continue;
    const subnet = around(address, Math.max(WIDEST, Number(cidr.split('/')[1])));
    subnets.set(formatSubnet(subnet), subnet);
  }
  return [...subnets.values()];
}

/** The same, whole: with all of a network that is larger than what is asked at a time. */
export function ownNetworks(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): Subnet[] {
  return Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .flatMap(({ address, cidr, internal }) =>
      internal || cidr === null || !isPrivateAddress(address)
        ? []
        : [around(address, Number(cidr.split('/')[1]))],
    );
}

/** True if all of a subnet lies in one of these. */
export function isWithin({ first, prefix }: Subnet, networks: readonly Subnet[]): boolean {
  return networks.some(
    (network) =>
      network.prefix <= prefix &&
      first >= network.first &&
      first < network.first + 2 ** (32 - network.prefix),
  );
}

/** `192.168.1.0/24`, or one address. Private ranges only, and loopback for simulated terminals. @throws SubnetError */
export function parseSubnet(text: string): Subnet {
  const [address = '', bits = '32', rest] = text.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32 || rest !== undefined) {
    throw new SubnetError(text, 'a subnet such as 192.168.1.0/24 is wanted');
  }
  if (!isPrivateAddress(address) && !isLoopbackAddress(address)) {
    throw new SubnetError(text, 'private ranges only: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16');
  }
  if (Number(bits) < WIDEST) throw new SubnetError(text, `at most a /${WIDEST} at a time`);
  return around(address, Number(bits));
}

export function isSubnet(text: string): boolean {
  try {
    parseSubnet(text);
    return true;
  } catch {
    return false;
  }
}

/** The addresses that a terminal may have: not the subnet's own nor its broadcast address. */
export function hostsOf({ first, prefix }: Subnet): string[] {
  const count = 2 ** (32 - prefix);
  const skipped = prefix <= 30 ? 1 : 0;
  return Array.from({ length: count - 2 * skipped }, (_, index) => formatAddress(first + skipped + index));
}

export function formatSubnet({ first, prefix }: Subnet): string {
  return `${formatAddress(first)}/${prefix}`;
}

function around(address: string, prefix: number): Subnet {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  return { first: Math.floor(value / size) * size, prefix };
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
