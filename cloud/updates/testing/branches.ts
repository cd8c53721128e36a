// Branches whose agents take updates, as the cloud hears of them: each does with a version what its nature says.
import type { UpdateReport, UpdateRequest } from '../../../shared/domain/agent-update.ts';
import { handler as presence } from '../../functions/presence.ts';
import { handler as sites } from '../../functions/sites.ts';
import { invoke } from '../../testing/invoke.ts';
import type { World } from '../../testing/world.ts';

/** `slow`: it says that it is at it, and no more; `dies`: it goes away with the update. */
export type Nature = 'well' | 'fails' | 'slow' | 'dies';

interface Branch {
  readonly site: string;
  nature: Nature;
  version: string;
  here: boolean;
  seq: number;
  report: UpdateReport | null;
  /** What it was told and has not looked at yet. */
  readonly told: UpdateRequest[];
  /** All that it ever was told, each once. */
  readonly ids: Set<string>;
}

export class Branches {
  readonly #tenant: string;
  readonly #branches = new Map<string, Branch>();

  /** From now on what the stand-in hands to agents of the company comes here. */
  constructor(world: World, tenant: string) {
    this.#tenant = tenant;
    world.agent = (command, at) => {
      const branch = at.tenant === tenant ? this.#branches.get(at.site) : undefined;
      if (command.op !== 'agent.update' || branch === undefined) return [];
      const request = command.args as UpdateRequest;
      branch.told.push(request);
      branch.ids.add(request.id);
      return [];
    };
  }

  get(site: string): Branch {
    const branch = this.#branches.get(site);
    if (branch === undefined) throw new Error(`no branch ${site}`);
    return branch;
  }

  all(): Branch[] {
    return [...this.#branches.values()];
  }

  async add(
    site: string,
    { nature = 'well', here = true, version = '0.1.0' }: Partial<Branch> = {},
  ): Promise<void> {
    await invoke(sites, 'siteCreate', { tenant: this.#tenant, body: { site } });
    this.#branches.set(site, { site, nature, version, here, seq: 0, report: null, told: [], ids: new Set() });
    if (here) await this.hello(site);
  }

  async hello(site: string): Promise<void> {
    const branch = this.get(site);
    branch.here = true;
    const { version: agentVersion, report: update } = branch;
    const seq = ++branch.seq;
    const rest = { v: 1, session: 's', clockOffsetMs: 0, journalDepth: 0, tenureSince: 0, devices: [] };
    const body = { ...rest, agentVersion, update, seq, at: Date.now() };
    const payload = Buffer.from(JSON.stringify(body)).toString('base64');
    await presence({ tenant: this.#tenant, site, kind: 'hello', at: Date.now(), body: payload });
  }

  async leave(site: string, at = Date.now() + 1): Promise<void> {
    this.get(site).here = false;
    const body = Buffer.from(JSON.stringify({ v: 1, session: 's' })).toString('base64');
    await presence({ tenant: this.#tenant, site, kind: 'will', at, body });
  }

  /** Each agent does what it was told, and says so. */
  async act(): Promise<void> {
    for (const branch of this.all()) {
      const request = branch.told.pop();
      branch.told.length = 0;
      if (request === undefined || !branch.here) continue;
      const isKnown = branch.report?.id === request.id && branch.report.state !== 'under_way';
      if (!isKnown) this.#take(branch, request);
      if (branch.nature === 'dies') await this.leave(branch.site);
      else await this.hello(branch.site);
    }
  }

  #take(branch: Branch, { id, version }: UpdateRequest): void {
    if (branch.nature === 'fails') branch.report = { id, state: 'failed', reason: 'not_started' };
    else if (branch.nature === 'well') {
      branch.report = { id, state: 'updated' };
      branch.version = version;
    } else branch.report = { id, state: 'under_way' };
  }
}
