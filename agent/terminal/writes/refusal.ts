// What a terminal cannot do is refused before it waits in the queue, where the dialect already tells.
import { findViolation, type UserLimits } from '../../../shared/domain/limits.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { encodedLength } from '../../zk/encoding.ts';
import { type Dialect, limitsOf } from '../session/dialect.ts';
import type { Wish } from './plan.ts';

export interface KnownTerminal {
  readonly device: DeviceSettings;
  /** Null while it must be asked first. */
  readonly dialect: Dialect | null;
}

/** The refusal of a write that this terminal cannot hold; null where it can, or where only the terminal can tell. */
export function refusalOf(wish: Wish, { device, dialect }: KnownTerminal): SerenoError | null {
  if (wish.op !== 'user.put' || dialect === null || dialect.userWidth === null) return null;
  // Badges in the table show which badge fits, whatever the terminal says of itself.
  const violation = findViolation(wish.args.fields, limitsOf(dialect, dialect.userWidth), (text) =>
    encodedLength(text, device.encoding),
  );
  if (violation === null) return null;
  return new SerenoError('limit_exceeded', { params: { ...violation, device: device.id } });
}

/** True if somebody new would be refused for the badge: what fits is what the terminal said last. */
export function isBadgeRefused({ op, args }: Wish, limits: UserLimits): boolean {
  if (op !== 'user.put' || args.mode !== 'create') return false;
  return findViolation({ user_id: args.user_id }, limits, () => 0) !== null;
}
