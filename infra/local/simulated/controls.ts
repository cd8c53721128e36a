// Touches a simulated terminal of a running npm start from another process.
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { DataDir } from '../data-dir.ts';
import { controlsSchema } from './lived-in.ts';

/** The terminal cannot be reached, or refuses; the message says what to do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

const answerSchema = z.looseObject({ error: z.string().optional() });
const stateSchema = z.looseObject({
  enrolment: z.object({ userId: z.string(), finger: z.number(), good: z.number() }).nullable(),
});

export class Control {
  readonly #url: string;
  readonly #key: string;

  /** @throws ControlError where npm start does not run on that folder, or has no such terminal */
  constructor(data: string, device: string) {
    const file = new DataDir(data).controls;
    if (!existsSync(file)) {
      throw new ControlError(
        `No simulated terminal runs on ${data}. Start one in another window: npm start (simulated terminals are those without --agent).`,
      );
    }
    const controls = controlsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const control = controls[device];
    if (control === undefined) {
      throw new ControlError(
        `There is no simulated terminal '${device}': ${Object.keys(controls).join(', ')}.`,
      );
    }
    this.#url = `http://127.0.0.1:${control.port}`;
    this.#key = control.key;
  }

  /** The finger that is being enrolled, and how many good presses it has had; null while nobody enrols. */
  async enrolment(): Promise<z.infer<typeof stateSchema>['enrolment']> {
    return stateSchema.parse(await this.#ask('GET', '/state?log=0')).enrolment;
  }

  async press(sample: 'good' | 'bad' | 'duplicate' | 'timeout'): Promise<void> {
    await this.#ask('POST', '/finger', { samples: [sample] });
  }

  async punch(userId: string, state: number): Promise<void> {
    await this.#ask('POST', '/punch', { userIds: [userId], state });
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}` },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5000),
    }).catch((cause) => {
      throw new ControlError('npm start does not answer: it was ended. Start it again.', { cause });
    });
    const content: unknown = await answer.json();
    if (answer.ok) return content;
    throw new ControlError(`The terminal declines: ${answerSchema.parse(content).error}.`);
  }
}
