// Agents and terminals of a few lines for the rooms of people: what they are told they do when they are let, and tell as agents do.
import { createHash, randomUUID } from 'node:crypto';
import { type WantedStore, wantedDigest } from '../../../shared/domain/wanted-person.ts';
import type { Reply } from '../../../shared/wire/envelope.ts';
import { operations } from '../../../shared/wire/operations.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import type { Ledger, StoredReply } from '../../commands/ledger.ts';
import type { CommandSender, Dispatched, Outbound } from '../../commands/sender.ts';
import type { Directory } from '../../directory/directory.ts';
import type { DeviceRow, SiteRow } from '../../directory/rows.ts';
import type { NumberedEvent } from '../heard.ts';

interface Kept {
  readonly version: number;
  readonly there: boolean;
  readonly userId: string;
  epoch: string;
  isKept: boolean;
  isTold: boolean;
  /** Whoever stands there is taken off before. */
  goesFirst: boolean;
}

/** A record at a terminal, by the versions that it holds and that it was made for. */
export interface Held {
  readonly version: number;
  readonly madeFor: number;
}

export class FakeAgent {
  readonly site: string;
  isUp = true;
  store: string = randomUUID();
  journal: string = randomUUID();
  readonly kept = new Map<string, Map<string, Kept>>();
  readonly outbox: NumberedEvent[] = [];
  #number = 0;

  constructor(site: string) {
    this.site = site;
  }

  /** It goes, or comes back. */
  turn(): void {
    this.isUp = !this.isUp;
  }

  /** Its disk is gone. */
  wipe(): void {
    this.store = randomUUID();
    this.journal = randomUUID();
    this.#number = 0;
    this.kept.clear();
    this.outbox.length = 0;
  }

  put(device: string, given: unknown): { readonly stored: number; readonly store: string } {
    const { epoch, items, whole } = operations['people.put'].args.parse(given);
    const kept = this.kept.get(device) ?? new Map<string, Kept>();
    this.kept.set(device, kept);
    let stored = 0;
    for (const { person, version, user_id: userId, want, anew = 0 } of items) {
      const known = kept.get(person);
      if (known !== undefined && known.version > version) continue;
      stored++;
      const isOpen = known === undefined || known.there || !known.isTold;
      const goesFirst = isOpen && (known?.goesFirst === true || (known?.version ?? 0) < anew);
      const there = want !== null;
      kept.set(person, { version, there, userId, epoch, isKept: true, isTold: false, goesFirst });
    }
    if (whole) for (const one of kept.values()) if (one.epoch < epoch) one.isKept = false;
    return { stored, store: this.store };
  }

  /** Does at a terminal what it is to do, and tells it. @param terminal records by person */
  work(device: string, terminal: Map<string, Held>): void {
    for (const [person, kept] of this.kept.get(device) ?? []) {
      if (!kept.isKept) continue;
      if (!kept.there || kept.goesFirst) terminal.delete(person);
      const { madeFor = kept.version } = terminal.get(person) ?? {};
      if (kept.there) terminal.set(person, { version: kept.version, madeFor });
      kept.goesFirst = false;
      if (kept.isTold) continue;
      kept.isTold = true;
      const { version, there, userId } = kept;
      this.outbox.push({
        number: ++this.#number,
        event: {
          type: 'person.in_step',
          id: `psn_${this.#number}`.padEnd(12, '0'),
          ...{ device, person, version, there },
          user_id: userId,
          at: 0,
        },
      });
    }
  }

  wanted(): WantedStore {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const devices = [...this.kept].map(([device, kept]) => {
      const there = [...kept].filter(([, one]) => one.isKept && one.there);
      const people = there.map(([person, { version }]) => ({ person, version }));
      return [device, { count: people.length, digest: wantedDigest(people, sha256) }] as const;
    });
    return { store: this.store, devices: Object.fromEntries(devices) };
  }
}

/** The branches of one company: their agents, and the line to them, which loses answers. */
export class FakeBranches {
  readonly agents: ReadonlyMap<string, FakeAgent>;
  readonly terminals = new Map<string, Map<string, Held>>();
  readonly devices = new Map<string, DeviceRow>();
  /** Asked for each command: whether it is lost, or its answer. */
  loses: () => 'command' | 'answer' | null = () => null;
  /** Everything that was sent: any of it may come late, or again. */
  readonly sent: { readonly site: string; readonly device: string; readonly args: unknown }[] = [];
  readonly #replies = new Map<string, StoredReply>();

  constructor(sites: readonly string[]) {
    this.agents = new Map(sites.map((site) => [site, new FakeAgent(site)]));
  }

  /** A terminal stands at that branch from now on. */
  place(id: string, site: string, now: number): void {
    for (const agent of this.agents.values()) if (agent.site !== site) agent.kept.delete(id);
    if (!this.terminals.has(id)) this.terminals.set(id, new Map());
    const standing = { reachable: true, lastSeen: now, state: 'online', since: now } as const;
    const row = {
      id,
      site,
      name: id,
      host: '10.0.0.1',
      port: 4370,
      source: 'file',
      serial: `S-${id}`,
    } as const;
    this.devices.set(id, { ...row, ...standing, createdAt: now, updatedAt: now });
  }

  get directory(): Directory {
    const rows = () => [...this.devices.values()];
    const sites = (): SiteRow[] =>
      [...this.agents.values()].map(({ site, isUp }) => ({
        site,
        name: site,
        connected: isUp,
        createdAt: 0,
      }));
    return {
      devices: async () => rows(),
      namedDevices: async (_tenant: string, ids: readonly string[]) =>
        rows().filter(({ id }) => ids.includes(id)),
      sites: async () => sites(),
    } as unknown as Directory;
  }

  readonly sender: CommandSender = {
    send: async ({ site }: SiteAddress, { id, device = '', args }: Outbound): Promise<Dispatched> => {
      const agent = this.agents.get(site);
      if (agent?.isUp !== true) return 'offline';
      this.sent.push({ site, device, args });
      const lost = this.loses();
      if (lost === 'command') return 'unclear';
      const isThere = this.devices.get(device)?.site === site;
      const body = isThere
        ? { status: 'ok' as const, data: agent.put(device, args) }
        : { status: 'error' as const, code: 'device_not_found' };
      const rest = { queueMs: 0, deviceMs: 0, agentVersion: 'test', replayed: false } as const;
      const reply: Reply = { v: 1, id, applied: 'yes', verified: 'none', ...rest, ...body };
      if (lost === null) this.#replies.set(id, { reply, at: 0 });
      return 'delivered';
    },
  };

  get ledger(): Ledger {
    return {
      replies: async ({ id }: { readonly id: string }) =>
        [this.#replies.get(id)].filter((one) => one !== undefined),
      parts: async () => null,
    } as unknown as Ledger;
  }
}
