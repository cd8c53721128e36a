// Loaded into an agent's process before it starts: its wall clock is wrong by what a file beside its agent.yaml says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentHome } from './home.ts';

/** Milliseconds ahead, as text, in the folder of agent.yaml. */
export const CLOCK_FILE = 'clock-ahead';
const LOOK_EVERY_MS = 20;

if (agentHome !== null) {
  const file = join(agentHome, CLOCK_FILE);
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
