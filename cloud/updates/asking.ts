// What callers may do about the update of one branch: want it, look how it stands, take it back.
import { ulid } from 'ulid';
import type { Principal } from '../../shared/api/principal.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { SiteRow } from '../directory/rows.ts';
import { isUpdateOpen, type UpdateStanding, type UpdateWish, updateOf } from '../directory/update.ts';
import { checkMayChange } from '../directory/visible.ts';
import { log, note } from '../log.ts';
import { type ReminderPorts, tellUpdate } from './telling.ts';

export type AskedVersion = Pick<UpdateWish, 'version' | 'url' | 'sha256'>;

/** How often it is begun again because somebody else wants something else. */
const ROUNDS = 5;

/** The branch, for who may see it. @throws SerenoError `site_not_found` */
async function found({ directory }: ReminderPorts, { tenant }: Principal, site: string): Promise<SiteRow> {
  const row = slugSchema.safeParse(site).success ? await directory.site(tenant, site) : null;
  if (row === null) throw new SerenoError('site_not_found', { params: { site } });
  note({ site });
  return row;
}

function isSame({ wish }: UpdateStanding, { version, sha256 }: AskedVersion): boolean {
  return wish.version === version && wish.sha256 === sha256;
}

/**
 * Wants a version of a branch's agent. Who asks for the same again while it is not over has asked once.
 *
 * @returns how it stands; null where the agent runs that version already
 * @throws SerenoError `site_not_found`, `site_read_only`
 */
export async function askUpdate(
  ports: ReminderPorts,
  principal: Principal,
  site: string,
  asked: AskedVersion,
): Promise<UpdateStanding | null> {
  const { wishes, clock } = ports;
  const at: SiteAddress = { tenant: principal.tenant, site };
  for (let round = 1; round <= ROUNDS; round++) {
    const row = await found(ports, principal, site);
    checkMayChange(principal, site);
    const before = updateOf(row);
    const open = before !== null && isUpdateOpen(before) ? before : null;
    if (open !== null && isSame(open, asked)) return open;
    if (row.connected && row.agentVersion === asked.version) {
      if (open === null) return null;
      // Nobody has told the agent of the other one yet: with it withdrawn, all is as it is asked for.
      if (open.state === 'waiting' && (await wishes.withdraw(at, open.wish.id))) return null;
    }
    const now = clock.now();
    const wish: UpdateWish = { id: ulid(now), ...asked, askedAt: now };
    await wishes.remind(at, now);
    if (!(await wishes.put(at, wish, before?.wish.id))) continue;
    log.info('update asked for', { ...at, update: wish.id, version: wish.version, by: principal.subject });
    await tellNow(ports, at, wish, now);
    return updateOf(await found(ports, principal, site));
  }
  throw new Error('the update that is wanted of the branch changes all the time');
}

/** What is not done here a minute later somebody else does. */
async function tellNow(
  ports: ReminderPorts,
  at: SiteAddress,
  wish: UpdateWish,
  remindedAt: number,
): Promise<void> {
  try {
    const row = await ports.directory.site(at.tenant, at.site);
    if (row?.connected === true && (await tellUpdate(ports, at, wish)))
      await ports.wishes.forget({ ...at, at: remindedAt });
  } catch (error) {
    log.error('update not told', error as Error);
  }
}

/** @throws SerenoError `site_not_found`, `update_not_found` */
export async function updateAt(
  ports: ReminderPorts,
  principal: Principal,
  site: string,
): Promise<UpdateStanding> {
  const standing = updateOf(await found(ports, principal, site));
  if (standing === null) throw new SerenoError('update_not_found', { params: { site } });
  return standing;
}

/** @throws SerenoError `site_not_found`, `site_read_only`, `update_not_found`, `update_begun` */
export async function withdrawUpdate(
  ports: ReminderPorts,
  principal: Principal,
  site: string,
): Promise<void> {
  const row = await found(ports, principal, site);
  checkMayChange(principal, site);
  const standing = updateOf(row);
  if (standing === null) throw new SerenoError('update_not_found', { params: { site } });
  if (!(await ports.wishes.withdraw({ tenant: principal.tenant, site }, standing.wish.id)))
    throw new SerenoError('update_begun', { params: { site } });
  log.info('update withdrawn', { site, update: standing.wish.id, by: principal.subject });
}
