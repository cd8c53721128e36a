// Loaded into an agent's process before it starts: its wall clock is wrong by what a file beside its agent.yaml says.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Milliseconds ahead, as text, in the folder of agent.yaml. */
export const CLOCK_FILE = 'clock-ahead';
const LOOK_EVERY_MS = 20;

const at = process.argv.indexOf('--config');
const config = process.argv[at + 1];
if (at > 0 && process.argv.includes('run') && config !== undefined) {
  const file = join(dirname(config), CLOCK_FILE);
  const RealDate = Date;
  let ahead = 0;
  const look = (): void => {
    try {
      ahead = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      ahead = 0;
    }
  };
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, values, self) =>
      Reflect.construct(target, values.length === 0 ? [target.now() + ahead] : values, self),
    get: (target, name, self) =>
      name === 'now' ? () => target.now() + ahead : Reflect.get(target, name, self),
  });
}
