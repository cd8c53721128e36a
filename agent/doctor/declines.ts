// How a terminal, or the network before it, turns the doctor away: what was found, and what to do next.
import type { DeviceSettings } from '../devices/settings.ts';
import { about, type Finding } from './finding.ts';

interface Decline {
  readonly found: (address: string) => string;
  readonly next: string;
}

const DECLINES: Readonly<Record<string, Decline>> = {
  device_hung_up: {
    found: (address) => `${address} accepts the connection and hangs up.`,
    next: 'Close what else is connected to it: another program, another agent. Many terminals take one client at a time.',
  },
  device_port_closed: {
    found: (address) => `${address} is a machine that does not serve that port.`,
    next: 'Check address and port (4370 on terminals); sereno-agent discover finds moved ones.',
  },
  device_no_route: {
    found: (address) => `The network has no way to ${address}.`,
    next: 'Check the address, the cable, and the network of this machine.',
  },
  device_name_unknown: {
    found: (address) => `The name in ${address} is not known here.`,
    next: 'Correct it, or use the address of the terminal.',
  },
};

/** The finding for an error of the catalogue; null for one that is not of this kind. */
export function declineOf({ id }: Pick<DeviceSettings, 'id'>, code: string, address: string): Finding | null {
  const decline = DECLINES[code];
  return decline === undefined ? null : about(`terminal ${id}`).failure(decline.found(address), decline.next);
}

/** It answers, but refuses. */
export function refusalOf({ id }: Pick<DeviceSettings, 'id'>, address: string, message: string): Finding {
  const next =
    'Restart it; if it says so again, see in its menu (Comm.) whether it takes connections of a PC.';
  return about(`terminal ${id}`).failure(`${address} answers, and declines: ${message}`, next);
}
