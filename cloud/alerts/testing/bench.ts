// What tests of alerts work with: the real store and feed, a real mail server and a real listener, operators of one company,
// and a clock that is moved by hand. Each test has a company of its own. Called once at the top of a test file.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { EventType } from '../../../shared/domain/event-types.ts';
import type { Happening } from '../../../shared/wire/happening.ts';
import { Accounts } from '../../accounts/accounts.ts';
import { newUser } from '../../accounts/defaults.ts';
import type { Group, Media, Role, SiteRight, User } from '../../accounts/model.ts';
import type { Clock } from '../../clock.ts';
import { Feed } from '../../events/feed.ts';
import { tableNamed } from '../../store/client.ts';
import type { Table } from '../../store/table.ts';
import { startWorld, type World } from '../../testing/world.ts';
import { Sender } from '../../webhooks/sender.ts';
import { type Receiver, startReceiver } from '../../webhooks/testing/receiver.ts';
import { Mailer } from '../mail.ts';
import { Notices } from '../notices.ts';
import { type SendPorts, sendDue } from '../sending.ts';
import { alertSecret } from '../signing.ts';
import { AlertStates } from '../state.ts';
import { type WatchPorts, watchTenant } from '../watch.ts';
import { type MailServer, startMailServer } from './mail-server.ts';

export const KEY = Buffer.from('5e'.repeat(32), 'hex');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const RUN_MS = 90_000;
const ATTEMPT_MS = 1500;

export interface Who extends Partial<User> {
  readonly sites?: readonly SiteRight[];
  readonly role?: Partial<Role>;
  readonly group?: Partial<Group>;
}

export const EVERYWHERE: SiteRight = { site: '*', permission: 'read' };

export class Bench {
  world!: World;
  table!: Table;
  mail!: MailServer;
  receiver!: Receiver;
  tenant = '';
  now = 0;
  #events = 0;
  readonly clock: Clock = {
    now: () => this.now,
    sleep: async (ms) => {
      this.now += ms;
    },
  };
  readonly #sender = new Sender(new Set(['loopback']), () => this.now, ATTEMPT_MS);

  constructor() {
    beforeAll(async () => {
      this.world = await startWorld();
      this.table = tableNamed(this.world.tableName);
      this.mail = await startMailServer();
    });
    afterAll(async () => {
      this.#sender.close();
      await this.mail.close();
      await this.world.close();
    });
    beforeEach(async () => {
      this.receiver = await startReceiver();
      this.mail.got.length = 0;
      this.mail.refuse = () => 0;
      // A Monday noon.
      this.now = Date.parse('2026-11-30T12:00:00Z');
      this.newTenant();
      // Every notice of every company is looked at.
      await this.world.clear();
    });
    afterEach(() => this.receiver.close());
  }

  newTenant(): void {
    this.tenant = `t-${randomUUID().slice(0, 18)}`;
  }

  ports(table = this.table, more: Partial<SendPorts & WatchPorts> = {}): WatchPorts & SendPorts {
    const { clock } = this;
    return {
      states: new AlertStates(table),
      notices: new Notices(table),
      accounts: new Accounts(table),
      feed: new Feed(table, clock),
      sender: this.#sender,
      mailer: new Mailer(this.mail.config, ATTEMPT_MS),
      secretOf: (tenant, userId) => alertSecret(KEY, tenant, userId),
      gatherMs: MINUTE,
      zone: 'UTC',
      clock,
      ...more,
    };
  }

  media(mediaTypeId: '1' | '3', sendTo: string | string[], more: Partial<Media> = {}): Media {
    return {
      id: randomUUID().slice(0, 8),
      mediaTypeId,
      sendTo: [sendTo].flat(),
      active: true,
      severity: 63,
      period: '1-7,00:00-24:00',
      provisioned: false,
      ...more,
    };
  }

  /** An operator with a group and a role of its own. */
  async operator(username: string, { sites = [EVERYWHERE], role = {}, group = {}, ...user }: Who) {
    const accounts = new Accounts(this.table);
    await accounts.found(this.tenant, () => {});
    return accounts.change(this.tenant, (draft) => {
      const [groupId, roleId, id] = [draft.nextId('group'), draft.nextId('role'), draft.nextId('user')];
      const access = { enabled: true, guiAccess: 0, debug: false, siteRights: [...sites] };
      draft.put('group', { id: groupId, name: username, ...access, ...group });
      const allowed = { apiAccess: true, apiAllowList: false, methods: [], scopes: null };
      draft.put('role', {
        id: roleId,
        name: username,
        type: 1,
        readonly: false,
        managesTokens: true,
        ...allowed,
        ...role,
      });
      draft.put('user', newUser(id, username, { groupIds: [groupId], roleId, ...user }));
      return id;
    });
  }

  async change(userId: string, more: Partial<User>): Promise<void> {
    await new Accounts(this.table).change(this.tenant, (draft) => {
      const user = draft.users.get(userId);
      if (user === undefined) throw new Error('no such user');
      draft.put('user', { ...user, ...more });
    });
  }

  happening(type: EventType, over: Partial<Happening> = {}): Happening {
    this.#events += 1;
    const place = /^(webhook|rollout)/.test(type) ? {} : { site: 'norte' };
    const device = /^(device|rule|operation)/.test(type) ? { device: 'principal' } : {};
    const data = {
      rule: { user_id: '7', identifier_type: 'smartCard', reason: 'window' },
      operation: { operation_id: '01M8G7HHHA9G3J9Q675RXF8T7D' },
      agent: { version: '0.2.0', reason: 'not_started' },
      certificate: { ends_at: '2026-12-30T00:00:00.000Z' },
      rollout: { rollout_id: '01M8G7HHHA9G3J9Q675RXF8T7E', version: '0.2.0' },
      webhook: { webhook_id: 'w1', url: 'https://hooks.example.com/x', reason: 'failing' },
    }[type.split('.')[0] ?? ''];
    return {
      id: `event_${this.#events}`,
      type,
      at: this.now,
      ...place,
      ...device,
      data: data ?? {},
      ...over,
    };
  }

  tell(...events: Happening[]): Promise<void> {
    return new Feed(this.table, this.clock).append(this.tenant, events);
  }

  /** What the clock does every minute. */
  async run(ports = this.ports()): Promise<void> {
    await watchTenant(ports, this.tenant, this.now + RUN_MS);
    await sendDue(ports, this.now + RUN_MS);
  }

  /** Lets time pass, with the clock's runs in it. */
  async pass(ms: number, ports = this.ports()): Promise<void> {
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + MINUTE);
      await this.run(ports);
    }
  }

  /** The oldest first. */
  async notices() {
    return (await new Notices(this.table).latest(this.tenant, 1000)).toReversed();
  }

  /** The subjects of mails as people read them. */
  subjects(): string[] {
    return this.mail.got.map(({ raw }) => subjectOf(raw));
  }
}

function decoded(word: string): string {
  return word.replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_all, kind: string, text: string) => {
    if (kind.toUpperCase() === 'B') return Buffer.from(text, 'base64').toString('utf8');
    const bytes = text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
  });
}

/** The subject of a mail, its lines joined and its words decoded. */
export function subjectOf(raw: string): string {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  const subject = /^Subject: (.*)$/m.exec(head)?.[1] ?? '';
  return decoded(subject.replace(/\?= =\?/g, '?==?'));
}
