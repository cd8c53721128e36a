// A mini-PC as the updater sees it: what is on disk outlives a cut, what runs does not. It is cut at any of the updater's acts.
import { pino } from 'pino';
import type { PackageManifest } from '../../../shared/domain/agent-package.ts';
import type { UpdateRequest } from '../../../shared/domain/agent-update.ts';
import { PackageRefused } from '../errors.ts';
import type { Seen } from '../gate.ts';
import type { UpdaterPorts } from '../machine.ts';
import { NOTHING_YET, type State, stateSchema } from '../state.ts';

/** How a version behaves where it runs. */
export type Nature = 'well' | 'dies' | 'no_line' | 'loses_terminal' | 'crashes';

export class PowerCut extends Error {}

export const OLD = '1.0.0';
/** After the machine has come up. */
const ANSWERS_MS = 2000;
const LINE_MS = 4000;

export class ModelMachine {
  /** On disk. */
  state = JSON.stringify(NOTHING_YET);
  current = OLD;
  updater = OLD;
  readonly versions = new Map<string, 'whole' | 'half'>([[OLD, 'whole']]);
  package: string | null = null;
  inbox: UpdateRequest | null = null;
  /** In memory. */
  running = OLD;
  pid = 1;
  time = 0;
  #bootedAt = Number.NEGATIVE_INFINITY;
  /** Acts until the cut; it comes before or after the act. */
  #left = Number.POSITIVE_INFINITY;
  #isAfter = false;
  acts = 0;
  readonly natures = new Map<string, Nature>([[OLD, 'well']]);
  /** What is wrong with the package that is fetched. */
  refusal: PackageRefused['reason'] | null = null;
  manifest: Partial<PackageManifest> = {};

  cutAfter(acts: number, isAfter: boolean): void {
    this.#left = acts;
    this.#isAfter = isAfter;
  }

  /** The machine comes up again: what the link leads to is started. */
  boot(): void {
    this.#left = Number.POSITIVE_INFINITY;
    this.#bootedAt = this.time;
    this.#start();
  }

  get saved(): State {
    return stateSchema.parse(JSON.parse(this.state));
  }

  ports(): UpdaterPorts {
    const act = <T>(work: () => T): T => this.#act(work);
    return {
      memory: {
        load: () => this.saved,
        save: (state) =>
          act(() => {
            this.state = JSON.stringify(state);
          }),
      },
      inbox: {
        look: () => this.inbox,
        clear: () =>
          act(() => {
            this.inbox = null;
          }),
      },
      versions: {
        current: () => this.current,
        unpack: async (version) => {
          act(() => void this.versions.set(version, 'half'));
          act(() => void this.versions.set(version, 'whole'));
        },
        point: (version) =>
          act(() => {
            this.current = version;
          }),
        settle: async (version, keep) => {
          act(() => {
            this.updater = version;
          });
          act(() => this.#tidy((name) => keep.includes(name)));
        },
        discard: (version) => act(() => this.#tidy((name) => name !== version)),
      },
      fetch: async ({ version, url, sha256: _sha256, id: _id }) => {
        act(() => {
          this.package = url;
        });
        if (this.refusal !== null) throw new PackageRefused(this.refusal);
        const sums = { sha256: 'a'.repeat(64), sbom_sha256: 'b'.repeat(64) };
        const facts = { version, floor: version, platforms: ['linux-x64'], size: 1 };
        return { product: 'sereno-agent', ...facts, ...sums, ...this.manifest };
      },
      restart: async () => act(() => this.#start()),
      gate: {
        status: async () => this.#seen(),
        now: () => this.time,
        sleep: async (ms) => {
          act(() => {
            this.time += ms;
          });
          // systemd starts it again and again.
          if (this.natures.get(this.running) === 'crashes') this.pid++;
        },
        times: { settle: 10_000, look: 1000, start: 5000, well: 8000, steady: 3000 },
      },
      platform: 'linux-x64',
      log: pino({ level: 'silent' }),
    };
  }

  #tidy(stays: (name: string) => boolean): void {
    this.package = null;
    for (const name of [...this.versions.keys()])
      if (!stays(name) && name !== this.current && name !== this.updater) this.versions.delete(name);
  }

  #start(): void {
    this.running = this.current;
    this.pid++;
  }

  #seen(): Seen | null {
    const nature = this.natures.get(this.running) ?? 'well';
    const age = this.time - this.#bootedAt;
    if (nature === 'dies' || age < ANSWERS_MS) return null;
    // Its network is not there at once.
    if (age < LINE_MS) {
      const hello = { agentVersion: this.running, devices: [{ id: 'door', reachable: null }] };
      return { pid: this.pid, connected: false, hello };
    }
    const devices = [{ id: 'door', reachable: nature !== 'loses_terminal' }];
    const hello = { agentVersion: this.running, devices };
    return { pid: this.pid, connected: nature !== 'no_line', hello };
  }

  #act<T>(work: () => T): T {
    this.acts++;
    const isLast = --this.#left === 0;
    if (isLast && !this.#isAfter) throw new PowerCut();
    const result = work();
    if (isLast) throw new PowerCut();
    return result;
  }
}
