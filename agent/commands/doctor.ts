// `sereno-agent doctor`: looks at everything an agent depends on, says what is wrong and what to do next.
import { accessSync, constants, statSync } from 'node:fs';
import { SerenoError } from '../../shared/errors.ts';
import type { HelloDevice } from '../../shared/wire/envelope.ts';
import { type AgentConfig, loadConfig } from '../config/load.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import { examineCertificate } from '../doctor/certificate.ts';
import { examineCloud } from '../doctor/cloud.ts';
import { type DataReport, examineData } from '../doctor/data.ts';
import { dropRoot } from '../doctor/drop.ts';
import { about, exitStatus, type Finding, toTable } from '../doctor/finding.ts';
import { examineOwnership, ownerOf } from '../doctor/ownership.ts';
import { examineTerminal, findingsOf } from '../doctor/terminals.ts';
import { Pairs } from '../enrolment/pairs.ts';
import { askTerminal } from '../status-socket.ts';

export interface DoctorOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Terminals looked at side by side. */
const LANES = 8;
/** The question waits behind the terminal's current work; longer than the agent itself waits for that. */
const ASK_MS = 30_000;

/** Prints the findings; the exit status says how bad they are, see `exitStatus`. */
export async function doctor({ config: file, json }: DoctorOptions): Promise<void> {
  const findings = await examine(file);
  const status = exitStatus(findings);
  process.stdout.write(json ? `${JSON.stringify({ status, findings }, null, 2)}\n` : toTable(findings));
  process.exitCode = status;
}

async function examine(file: string): Promise<Finding[]> {
  const finding = about('agent.yaml');
  let config: AgentConfig;
  try {
    config = loadConfig(file, process.env);
  } catch (error) {
    if (!(error instanceof SerenoError)) throw error;
    const next = NEXT[unreadableFor(file)] ?? 'Correct it; docs/configuration.md has every key.';
    return error.message.split('\n').map((line) => finding.failure(line, next));
  }
  const privacy = examinePrivacy(file, config);
  dropRoot(file, config.dataDir);
  const report = await examineData(config);
  const { findings, running } = report;
  return [
    finding.ok(`Site '${config.site}' of '${config.tenant}', ${config.devices.length} devices.`),
    ...privacy,
    ...examineOwnership(file, config, ownerOf(file, running)),
    ...findings,
    ...(await examineLine(file, config)),
    ...(await examineTerminals(config, report)),
  ];
}

/** When agent.yaml cannot be read: by the reason. */
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

async function examineLine(file: string, config: AgentConfig): Promise<Finding[]> {
  if (config.cloud === null) {
    const next = 'sereno-agent enroll makes it; in local mode npm start adds it.';
    return [about('cloud').warning("agent.yaml has no 'cloud'.", next)];
  }
  // The one that the agent has got for itself, where it has.
  const cloud = new Pairs(file, config.cloud, config).current;
  const certificate = examineCertificate(cloud, Date.now());
  const usable = certificate.every(({ verdict }) => verdict !== 'failure');
  return [...certificate, ...(usable ? await examineCloud(cloud) : [])];
}

async function examineTerminals(config: AgentConfig, report: DataReport): Promise<Finding[]> {
  const { running, registered } = report;
  const now = () => Date.now() - (report.clockOffsetMs ?? 0);
  const fromFile = new Set(config.devices.map(({ id }) => id));
  const devices = [...config.devices, ...(registered ?? []).filter(({ id }) => !fromFile.has(id))];
  const seen = new Map(running?.hello.devices.map((device) => [device.id, device]));
  if (devices.length === 0 && seen.size === 0) {
    const next = 'sereno-agent discover prints lines to paste; or register devices over the API.';
    return running === null ? [about('terminals').warning('There are none.', next)] : [];
  }
  const examineSeen = async (device: HelloDevice) => {
    const examined = await askTerminal(config.dataDir, device.id, ASK_MS);
    return examined === null ? null : findingsOf(device, examined, now());
  };
  const examineOwn = (device: DeviceSettings) => {
    const known = { seen: seen.get(device.id) ?? null, now: now() };
    return examineTerminal(device, { ...known, ...pinOf(report.pins, device.id) });
  };
  const all = [...new Set([...devices.map(({ id }) => id), ...seen.keys()])];
  const own = new Map(devices.map((device) => [device.id, device]));
  return (
    await sideBySide(all, LANES, async (id) => {
      const agentsView = seen.get(id);
      const device = own.get(id);
      const findings = agentsView === undefined ? null : await examineSeen(agentsView);
      return findings ?? (device === undefined ? unseen(agentsView) : await examineOwn(device));
    })
  ).flat();
}

function pinOf(pins: DataReport['pins'], id: string) {
  const pin = pins.get(id);
  return pin === undefined ? {} : { pin };
}

/** A limited number at a time; the answers in the order of `items`. */
async function sideBySide<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** The settings of a device registered over the API are known to the running agent only. If it cannot be asked, its status file says how it sees the device. */
function unseen(device: HelloDevice | undefined): Finding[] {
  if (device === undefined) return [];
  const { id, host, port, reachable } = device;
  const finding = about(`terminal ${id}`);
  if (reachable === true) return [finding.ok(`${host}:${port} answers the running agent.`)];
  const next = `Check its power, cable and address; GET /devices/${id}/ping asks it again.`;
  return [finding.failure(`${host}:${port} does not answer the running agent.`, next)];
}
