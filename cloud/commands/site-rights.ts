// Whether somebody may ask this of a terminal at that site, whoever has found the terminal.

import { SerenoError } from '../../shared/errors.ts';
import { deviceNotFound, type Target } from '../directory/locate.ts';
import { mayChangeSite, maySeeSite } from '../directory/visible.ts';
import { isRead } from './actions.ts';
import type { CommandPorts } from './ports.ts';
import { type CommandRequest, OF_SITE } from './request.ts';

/** @throws DeviceNotFound, as for a terminal that is not there; SerenoError `site_read_only` for a change */
export async function checkSite(
  { directory }: CommandPorts,
  { principal, action }: Pick<CommandRequest, 'principal' | 'action'>,
  { site, device }: Pick<Target, 'site' | 'device'>,
): Promise<void> {
  if (!maySeeSite(principal, site)) {
    if (device === OF_SITE) throw new SerenoError('site_not_found', { params: { site } });
    throw await deviceNotFound(directory, principal, device);
  }
  if (!isRead(action) && !mayChangeSite(principal, site)) {
    throw new SerenoError('site_read_only', { params: { site } });
  }
}
