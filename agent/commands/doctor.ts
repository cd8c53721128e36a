// `sereno-agent doctor`: looks at everything an agent depends on, says what is wrong and what to do next.
import { accessSync, constants, statSync } from 'node:fs';
import { SerenoError } from '../../shared/errors.ts';
import { type AgentConfig, type DeviceSettings, loadConfig } from '../config/load.ts';
import { examineCertificate } from '../doctor/certificate.ts';
import { examineCloud } from '../doctor/cloud.ts';
import { examineData } from '../doctor/data.ts';
import { about, exitStatus, type Finding, toTable } from '../doctor/finding.ts';
import { examineOwnership, ownerOf } from '../doctor/ownership.ts';
import { examineTerminal } from '../doctor/terminals.ts';
import type { Status } from '../status.ts';

export interface DoctorOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Terminals looked at side by side. */
const LANES = 8;

/** Prints the findings; the exit status says how bad they are, see `exitStatus`. */
export async function doctor({ config: file, json }: DoctorOptions): Promise<void> {
  const findings = await examine(file);
  const status = exitStatus(findings);
  process.stdout.write(json ? `${JSON.stringify({ status, findings }, null, 2)}\n` : toTable(findings));
  process.exitCode = status;
}

async function examine(file: string): Promise<Finding[]> {
  const told = about('agent.yaml');
  let config: AgentConfig;
  try {
    config = loadConfig(file, process.env);
  } catch (error) {
    if (!(error instanceof SerenoError)) throw error;
    const next = NEXT[unreadableFor(file)] ?? 'Correct it; docs/configuration.md has every key.';
    return error.message.split('\n').map((line) => told.failure(line, next));
  }
  const { findings, running, registered } = examineData(config);
  return [
    told.ok(`Site '${config.site}' of '${config.tenant}', ${config.devices.length} devices.`),
    ...examinePrivacy(file, config),
    ...examineOwnership(file, config, ownerOf(file, running)),
    ...findings,
    ...(await examineLine(config)),
    ...(await examineTerminals(config, running, registered ?? [])),
    ...unseen(running, config),
  ];
}

/** By what keeps agent.yaml from being read. */
const NEXT: Readonly<Record<string, string>> = {
  ENOENT: 'sereno-agent enroll makes it; one that lies elsewhere is named with --config FILE.',
  EACCES: 'Run the doctor as root, or as the user that runs the agent.',
};

function unreadableFor(file: string): string {
  try {
    accessSync(file, constants.R_OK);
    return '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}

function examinePrivacy(file: string, { devices }: AgentConfig): Finding[] {
  const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
  if (!isOpen || devices.every(({ commKey }) => commKey === 0)) return [];
  const found = 'It can be read by others, and holds comm keys.';
  return [about('agent.yaml').warning(found, `chmod 600 ${file}, or use comm_key_env`)];
}

async function examineLine({ cloud }: AgentConfig): Promise<Finding[]> {
  if (cloud === null) {
    const next = 'sereno-agent enroll makes it; in local mode npm start adds it.';
    return [about('cloud').warning("agent.yaml has no 'cloud'.", next)];
  }
  const certificate = examineCertificate(cloud, Date.now());
  const usable = certificate.every(({ verdict }) => verdict !== 'failure');
  return [...certificate, ...(usable ? await examineCloud(cloud) : [])];
}

async function examineTerminals(
  config: AgentConfig,
  running: Status | null,
  registered: readonly DeviceSettings[],
): Promise<Finding[]> {
  const fromFile = new Set(config.devices.map(({ id }) => id));
  const devices = [...config.devices, ...registered.filter(({ id }) => !fromFile.has(id))];
  if (devices.length === 0 && running === null) {
    const next = 'sereno-agent discover prints lines to paste; or register devices over the API.';
    return [about('terminals').warning('There are none.', next)];
  }
  const findings = new Map<string, Finding[]>();
  const waiting = devices.values();
  const lane = async () => {
    for (const device of waiting) {
      const known = running?.hello.devices.find(({ id }) => id === device.id) ?? null;
      findings.set(device.id, await examineTerminal(device, known));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return devices.flatMap(({ id }) => findings.get(id) ?? []);
}

/** Devices of the API are the running agent's secret: their comm keys are with it alone. It says how it sees them. */
function unseen(running: Status | null, config: AgentConfig): Finding[] {
  const fromFile = new Set(config.devices.map(({ id }) => id));
  return (running?.hello.devices ?? [])
    .filter(({ id }) => !fromFile.has(id))
    .map(({ id, host, port, reachable }) => {
      const told = about(`terminal ${id}`);
      if (reachable === true) return told.ok(`${host}:${port} answers the running agent.`);
      const next = `Check its power, cable and address; GET /devices/${id}/ping asks it again.`;
      return told.failure(`${host}:${port} does not answer the running agent.`, next);
    });
}
