// A terminal with fingers, and a vault of what its deletes keep; for tests.
import { afterEach } from 'vitest';
import { SerenoError } from '../../../shared/errors.ts';
import type { TerminalSettings } from '../../../test/terminal/terminal.ts';
import { type Bench, jobOf, startBench } from './bench.ts';

export const FINGERS = [
  { userId: '1001', finger: 1, flag: 1, template: Buffer.alloc(700, 1) },
  { userId: '1001', finger: 6, flag: 3, template: Buffer.alloc(1100, 2) },
  { userId: '1002', finger: 1, flag: 1, template: Buffer.alloc(800, 3) },
];
export const seeded = (...userIds: string[]) =>
  userIds.map((userId, index) => ({ uid: 11 + index, userId, name: `N${userId}`, password: '77', group: 4 }));

/** For a test file: starts the bench of a test, which is stopped behind it, and looks into its terminal. */
export function undoBenchOfEachTest() {
  let bench: Bench;
  afterEach(() => bench?.stop());

  async function start(settings: TerminalSettings = {}, device = '') {
    const users = seeded('1001', '1002', '1003');
    bench = await startBench({ users, templates: FINGERS, ...settings }, device);
    const copies = new Map<string, Buffer>();
    const remove = (user_id: string) =>
      jobOf({ op: 'user.delete', args: { user_id } }, { keep: (copy) => void copies.set(user_id, copy) });
    const restore = (user_id: string, options: { timeLeft?: () => number } = {}) => {
      const copy = (): Buffer => {
        const bytes = copies.get(user_id);
        if (bytes === undefined) throw new SerenoError('undo_not_found', { params: { user_id } });
        return bytes;
      };
      return jobOf({ op: 'user.restore', args: { user_id }, copy }, options);
    };
    return { ...bench, copies, remove, restore };
  }

  return {
    start,
    asked: (command: number) => bench.simulated.log.filter((request) => request.command === command).length,
    /** How often a whole table was asked for. */
    askedOf: (table: 'users' | 'templates') =>
      bench.simulated.log.filter(
        ({ command, data }) => command === 1503 && data.readUInt16LE(1) === (table === 'users' ? 9 : 7),
      ).length,
    templatesOf: (uid: number) =>
      bench.simulated
        .templates()
        .filter((template) => template.uid === uid)
        .sort((a, b) => a.finger - b.finger),
  };
}
