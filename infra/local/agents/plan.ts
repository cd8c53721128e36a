// Which agents to run: those of the operator's agent.yaml files, or one with two simulated terminals.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { loadConfig } from '../../../agent/config/load.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';

export interface AgentPlan {
  readonly site: SiteAddress;
  /** Ids of the devices in its file. */
  readonly devices: readonly string[];
  /** Everything of agent.yaml but `cloud` and `data`, as written. */
  readonly config: Readonly<Record<string, unknown>>;
}

export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly code = 'PLAN';
}

/**
 * Reads the operator's files, which stay as they are.
 * @throws SerenoError (config_invalid) naming file, line and key; PlanError if two files cannot run together
 */
export function planFromFiles(files: readonly string[]): AgentPlan[] {
  const plans = files.map((file): AgentPlan => {
    const { tenant, site, devices } = loadConfig(file, process.env);
    const config = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return { site: { tenant, site }, devices: devices.map(({ id }) => id), config };
  });
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { site, devices } of plans) {
    if (names.has(site.site)) throw new PlanError(`The site '${site.site}' is in two of the files.`);
    names.add(site.site);
    for (const id of devices) {
      const key = `${site.tenant} ${id}`;
      const owner = owners.get(key);
      if (owner !== undefined) {
        throw new PlanError(
          `The device '${id}' is at both '${owner}' and '${site.site}'. Ids belong to a whole tenant.`,
        );
      }
      owners.set(key, site.site);
    }
  }
  return plans;
}

export interface SimulatedDevice {
  readonly id: string;
  readonly name: string;
  readonly port: number;
}

/**
 * The site `casa-matriz` of tenant `local` with terminals that this process simulates. They serve several clients, so
 * where their punches are collected, that is done live.
 */
export function planForTerminals(devices: readonly SimulatedDevice[], collects: boolean): AgentPlan {
  return {
    site: { tenant: 'local', site: 'casa-matriz' },
    devices: devices.map(({ id }) => id),
    config: {
      punches: collects ? { live: true } : { every: 0 },
      devices: devices.map((device) => ({ ...device, host: '127.0.0.1' })),
    },
  };
}
