// What writes are given: the terminal's conversation, and what is known of the terminal.
import type { DeviceSettings } from '../../devices/settings.ts';
import type { Together } from '../ports.ts';
import type { Keypad } from '../session/disabled.ts';
import type { RosterCache } from '../tables/roster-cache.ts';

export interface WriteContext extends Keypad {
  readonly device: DeviceSettings;
  readonly cache: RosterCache;
  readonly together: Together;
}
