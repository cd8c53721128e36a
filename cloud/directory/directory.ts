// The directory as the functions use it: sites, agents and devices of a tenant.
import type { Disk } from '../../shared/domain/agent-health.ts';
import type { CertificateTimes } from '../../shared/domain/certificate.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { DeviceRow, SiteRow } from './rows.ts';
import type { Stood, Summary } from './summary.ts';
import type { UpdateNews, UpdateWish } from './update.ts';

/** What a hello says of a site. */
export interface SiteHello {
  readonly session: string;
  readonly agentVersion: string;
  readonly agentKey?: string | null;
  /** Orders the hellos of one session: their number, or the agent's own time where it does not count them. */
  readonly helloOrder: number;
  readonly clockOffsetMs: number | null;
  readonly journalDepth: number;
  /** Null: it does not tell. */
  readonly eventsWaiting: number | null;
  readonly disk: Disk | null;
  /** Its terminals, those of them that another site holds included. */
  readonly devices: readonly Stood[];
  /** When its certificate is due, and when it ends; null: it does not tell. */
  readonly certificate: CertificateTimes | null;
  /** What it tells of the update that was asked of it last. */
  readonly update?: UpdateNews['update'];
  /** Sessions that were the same agent's, with the same journal; this one is among them. */
  readonly ownSessions: readonly string[];
}

/** What the directory makes of a hello. */
export interface Greeted {
  /** False if this session, or a later one, has said something newer already. */
  readonly taken: boolean;
  /** Who speaks for the site now; null where this hello changed nothing of it. */
  readonly speaker: Speaker | null;
  /** Ids of its terminals that were not taken for this site's. */
  readonly foreign: readonly string[];
  /** The update that its agent is to be told of. */
  readonly update: UpdateWish | null;
}

/** The agent that speaks for a site: its sessions, which of its hellos was heard last, and its fence. */
export interface Speaker {
  readonly session: string;
  readonly helloOrder: number;
  readonly lastHello: number;
  readonly ownSessions: readonly string[];
  /** The fence, named as on the wire: epoch ms since when no other agent has spoken for the site; 0: none ever has. */
  readonly tenureSince: number;
}

export type DeviceFacts = Omit<DeviceRow, 'createdAt' | 'updatedAt' | 'changedAt'>;

/** What the API may change of a device in the directory; the rest is the agent's. */
export type DeviceChange = Partial<Pick<DeviceRow, 'name' | 'host' | 'port' | 'timezone'>>;

export interface Directory {
  site(tenant: string, site: string): Promise<SiteRow | null>;
  sites(tenant: string): Promise<SiteRow[]>;
  /** Those of these sites that there are. */
  namedSites(tenant: string, sites: readonly string[]): Promise<SiteRow[]>;
  device(tenant: string, id: string): Promise<DeviceRow | null>;
  /** Whether anybody holds this id. */
  isTaken(tenant: string, id: string): Promise<boolean>;
  /** By id. */
  devices(tenant: string): Promise<DeviceRow[]>;
  /** Those of these ids that there are, whichever sites they belong to, as they are now. */
  namedDevices(tenant: string, ids: readonly string[]): Promise<DeviceRow[]>;
  /** Ids of one site's devices; what changed within the last moment may not show yet. */
  deviceIds(tenant: string, site: string): Promise<string[]>;
  /**
   * Puts a device unless another site holds its id, or the API changed it after `saidAt` (epoch ms); tells whether it
   * did. A device keeps its `createdAt`.
   */
  putDevice(tenant: string, device: DeviceFacts, saidAt: number, now: number): Promise<boolean>;
  /** Puts a device under an id that nobody holds; tells whether it did. */
  addDevice(tenant: string, device: DeviceFacts, now: number): Promise<boolean>;
  /** Changes what is given of a device of that site; tells whether it was there. */
  changeDevice(tenant: string, site: string, id: string, change: DeviceChange, now: number): Promise<boolean>;
  /** Notes how a device of that site was last reached; tells whether it was there. */
  noteContact(tenant: string, device: DeviceFacts, now: number): Promise<boolean>;
  /** Removes a device of that site; tells whether it was there. `notAfter`: only if made no later (epoch ms). */
  removeDevice(tenant: string, site: string, id: string, notAfter?: number): Promise<boolean>;
  /** Removes all devices of a site. */
  freeDevices(tenant: string, site: string): Promise<void>;
  /** Takes a hello that the broker had at `now`. */
  greet(tenant: string, site: string, hello: SiteHello, now: number): Promise<Greeted>;
  /** Notes how the terminals of a site stand, if that speaker spoke last. */
  noteTerminals(
    tenant: string,
    site: string,
    speaker: Pick<Speaker, 'session' | 'helloOrder'>,
    terminals: Summary,
  ): Promise<boolean>;
  /** Marks a site as gone since `now` if `session` spoke last and said nothing since `now`; tells whether it was. */
  leave(tenant: string, site: string, session: string, now: number): Promise<boolean>;
  /**
   * Marks a site as gone `since` (by default `quietSince`) if its last hello came before `quietSince` (epoch ms); tells
   * whether it did.
   */
  leaveQuiet(tenant: string, site: string, quietSince: number, since?: number): Promise<boolean>;
  /** The sites of every tenant that count as connected, but for those that came or went within the last moment. */
  connectedSites(): Promise<SiteAddress[]>;
}
