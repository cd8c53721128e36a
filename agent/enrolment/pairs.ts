// The certificates of a running agent on disk: the one that a token brought stands in agent.yaml, those that it renewed by itself in a
// folder beside it, the only one there that an installed agent may write. One rename switches from one to the next.
//
// The one before stays until the next has connected. Whatever the process is killed at, there is a pair that the cloud knows.
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { AgentConfig } from '../config/load.ts';
import { writeWhole } from './files.ts';
import { fingerprint } from './home.ts';
import { pendingKey } from './request.ts';

/** Beside agent.yaml. */
export const RENEWED_FOLDER = 'certificates';
const STATE = 'state.json';

export type Cloud = NonNullable<AgentConfig['cloud']>;

const nameSchema = z.string().regex(/^[0-9a-f]{12}$/);
const stateSchema = z.object({
  /** Of the certificate that agent.yaml named: another one there has come by a token, and counts. */
  enrolled: z.string(),
  tenant: z.string(),
  site: z.string(),
  /** The pair in use, by the name of its files. */
  current: nameSchema,
  /** For how many days it is used. */
  days: z.number(),
  /** The pair before it, as long as the one in use has not connected; empty: that of agent.yaml. */
  former: z.union([nameSchema, z.literal('')]).optional(),
});
type State = z.infer<typeof stateSchema>;

/** The folder of renewed pairs that belongs to an agent.yaml. */
export function renewedFolder(config: string): string {
  return join(dirname(resolve(config)), RENEWED_FOLDER);
}

/** SHA-256 of the certificate in that file, hex; empty where there is none. */
function idIn(file: string): string {
  try {
    return createHash('sha256')
      .update(new X509Certificate(readFileSync(file)).raw)
      .digest('hex');
  } catch {
    return '';
  }
}

export class Pairs {
  readonly #folder: string;
  readonly #at: SiteAddress;
  #enrolled: Cloud;
  #state: State | null;

  /** @param config path of agent.yaml, as which `cloud` was read */
  constructor(config: string, cloud: Cloud, { tenant, site }: SiteAddress) {
    this.#folder = renewedFolder(config);
    this.#at = { tenant, site };
    this.#enrolled = cloud;
    this.#state = this.#read();
  }

  /** What the agent is to connect with. */
  get current(): Cloud {
    const state = this.#state;
    return state === null || !this.#isOfEnrolled(state) ? this.#enrolled : this.#pair(state.current);
  }

  /** What it connected with before, as long as it may be needed; null: nothing. */
  get former(): Cloud | null {
    const state = this.#state;
    if (state === null) return null;
    // A token has brought another: what was in use until then may still be good.
    if (!this.#isOfEnrolled(state)) return this.#pair(state.current);
    if (state.former === undefined) return null;
    return state.former === '' ? this.#enrolled : this.#pair(state.former);
  }

  /** For how many days the pair in use is used. */
  get days(): number {
    const state = this.#state;
    return state === null || !this.#isOfEnrolled(state) ? this.#enrolled.days : state.days;
  }

  /** agent.yaml was read anew. */
  enrolled(cloud: Cloud): void {
    this.#enrolled = cloud;
  }

  /** The key that the next certificate is asked for, on disk before anybody is asked: made at the first call. PKCS #8, PEM. */
  nextKey(): string {
    return pendingKey(this.#nextKeyFile());
  }

  /** True from the first call of `nextKey` on until the certificate for it is stored. */
  get isAsking(): boolean {
    return existsSync(this.#nextKeyFile());
  }

  /**
   * Makes the certificate for `nextKey` the one in use.
   * @throws EnrolmentError `answer_invalid` if it is not for that key; the file system's errors
   */
  store(certificate: string, days: number): void {
    const keyFile = this.#nextKeyFile();
    const key = readFileSync(keyFile, 'utf8');
    const name = fingerprint(certificate, key);
    writeWhole(join(this.#folder, `${name}.key`), key);
    writeWhole(join(this.#folder, `${name}.crt`), certificate);
    const before = this.#state;
    const former = before !== null && this.#isOfEnrolled(before) ? before.current : '';
    this.#note({ enrolled: idIn(this.#enrolled.certificate), ...this.#at, current: name, days, former });
    rmSync(keyFile, { force: true });
  }

  /** The pair in use has connected: the one before it is not needed any more. */
  settled(): void {
    const state = this.#state;
    if (state === null) return;
    if (this.#isOfEnrolled(state)) {
      const { former: _gone, ...rest } = state;
      if (state.former !== undefined) this.#note(rest);
    } else {
      rmSync(join(this.#folder, STATE), { force: true });
      this.#state = null;
    }
    this.tidy();
  }

  /** Removes what an earlier run was killed at, or no longer needs. */
  tidy(): void {
    if (!existsSync(this.#folder)) return;
    // What could not be read may name files that are needed.
    if (this.#state === null && existsSync(join(this.#folder, STATE))) return;
    const needed = [this.current, this.former].flatMap((pair) =>
      pair === null ? [] : [pair.certificate, pair.key],
    );
    const kept = new Set([...needed, this.#nextKeyFile(), join(this.#folder, STATE)]);
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      if (!kept.has(path)) rmSync(path, { force: true, recursive: true });
    }
  }

  #isOfEnrolled({ enrolled }: State): boolean {
    return enrolled === idIn(this.#enrolled.certificate);
  }

  #pair(name: string): Cloud {
    const { endpoint, ca, days } = this.#enrolled;
    const path = (end: string) => join(this.#folder, `${name}.${end}`);
    return {
      endpoint,
      certificate: path('crt'),
      key: path('key'),
      ...(ca === undefined ? {} : { ca }),
      days,
    };
  }

  /** Bound to the certificate that asks: another one asks with another key. */
  #nextKeyFile(): string {
    return join(this.#folder, `after-${idIn(this.current.certificate).slice(0, 12)}.key`);
  }

  #note(state: State): void {
    writeWhole(join(this.#folder, STATE), JSON.stringify(state));
    this.#state = state;
  }

  /** Null too where it is of another site, or its files are gone. */
  #read(): State | null {
    try {
      const state = stateSchema.parse(JSON.parse(readFileSync(join(this.#folder, STATE), 'utf8')));
      const { tenant, site } = this.#at;
      const isWhole = idIn(this.#pair(state.current).certificate) !== '';
      return state.tenant === tenant && state.site === site && isWhole ? state : null;
    } catch {
      return null;
    }
  }
}
