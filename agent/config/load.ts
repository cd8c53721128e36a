// Reads agent.yaml; whatever is wrong stops the start with sentences that name file, line, key and what is allowed.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { dialectSchema } from '../../shared/domain/device.ts';
import { type DeviceSettings, settingsOfFile } from '../devices/settings.ts';
import { parseSubnet, type Subnet } from '../discovery/subnets.ts';
import { commKeyIn, type PathAndProblem, problemsAcross } from './across.ts';
import { type LocalBrokerAddress, localBrokerOf } from './local-broker.ts';
import { configInvalid, lineIn, mustBeYaml, type Problem, unreadable, wordsOf } from './problems.ts';
import { type ProxyAddress, proxyOf, proxyUrlFor } from './proxy.ts';
import {
  type AgentFile,
  agentConfigSchema,
  cloudSchema,
  deviceConfigSchema,
  punchesSchema,
} from './schema.ts';

export interface AgentConfig {
  readonly tenant: string;
  readonly site: string;
  readonly cloud: {
    readonly endpoint: string;
    readonly certificate: string;
    readonly key: string;
    readonly ca?: string;
    /** An HTTP proxy that the broker is reached through. */
    readonly proxy?: ProxyAddress;
    /** For how many days a certificate is used before it is renewed. */
    readonly days: number;
  } | null;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  readonly undoDays: number;
  readonly allowHosts: readonly string[];
  /** SERENO_ALLOW_LOOPBACK=1: the terminals are simulated ones, on this machine. */
  readonly allowLoopback: boolean;
  /** Where followed terminals are looked for. */
  readonly subnets: readonly Subnet[];
  /** Where events are told to whoever listens in the branch. */
  readonly localBroker: LocalBrokerAddress | null;
  /** How punches are collected; not at all where `everyMs` is 0. */
  readonly punches: { readonly everyMs: number; readonly live: boolean | null };
  readonly devices: readonly DeviceSettings[];
}

/**
 * Reads and checks `file`. Paths in it are relative to the file.
 * @throws SerenoError `config_invalid` with file, line, key and what is allowed, for everything that is wrong.
 */
export function loadConfig(file: string, environment: NodeJS.ProcessEnv): AgentConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause as NodeJS.ErrnoException);
  }
  return parseConfig(text, file, environment);
}

/** As `loadConfig`, on the text of the file. */
export function parseConfig(text: string, file: string, environment: NodeJS.ProcessEnv): AgentConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  mustBeYaml(file, document);
  const problemAt = (path: readonly PropertyKey[], problem: string): Problem => {
    return { line: lineIn(document, lines, path), key: path.join('.'), problem };
  };
  const plain = toPlain(document, file);
  const parsed = agentConfigSchema.safeParse(plain);
  const keys = parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, document));
  const all = [...keys, ...problemsAcross(plain, environment)];
  const problems = all.map(([path, problem]) => problemAt(path, problem));
  if (parsed.success && problems.length === 0) return complete(parsed.data, file, environment);
  throw configInvalid(
    file,
    problems.toSorted((one, other) => one.line - other.line),
  );
}

/** @throws SerenoError `config_invalid` for aliases that point nowhere or expand beyond reason */
function toPlain(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw configInvalid(file, [{ line: 1, key: '', problem: `is not YAML: ${(error as Error).message}` }]);
  }
}

function problemsOf(issue: z.core.$ZodIssue, document: Document): PathAndProblem[] {
  const { path } = issue;
  const words = `${wordsOf(issue, knownKeys(path))}${issue.code === 'invalid_type' ? rangeAt(path) : ''}`;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [[...path, key], words]);
  const isMissing = path.length > 0 && !document.hasIn(path);
  return [[path, isMissing ? 'is required' : words]];
}

function complete(config: AgentFile, file: string, environment: NodeJS.ProcessEnv): AgentConfig {
  const base = dirname(resolve(file));
  const { cloud } = config;
  return {
    tenant: config.tenant,
    site: config.site,
    cloud:
      cloud === undefined
        ? null
        : {
            endpoint: cloud.endpoint,
            certificate: resolve(base, cloud.certificate),
            key: resolve(base, cloud.key),
            ...(cloud.ca === undefined ? {} : { ca: resolve(base, cloud.ca) }),
            ...proxyIn(cloud, environment),
            days: cloud.certificate_days,
          },
    dataDir: resolve(base, config.data),
    undoDays: config.undo_days,
    allowHosts: config.allow_hosts,
    subnets: config.subnets.map(parseSubnet),
    localBroker: config.local_events === undefined ? null : localBrokerOf(config.local_events),
    punches: { everyMs: config.punches.every * 1000, live: config.punches.live ?? null },
    allowLoopback: environment.SERENO_ALLOW_LOOPBACK === '1',
    devices: config.devices.map((device) => {
      const { comm_key_env: variable, comm_key } = device;
      return settingsOfFile(
        device,
        (variable === undefined ? comm_key : commKeyIn(environment[variable])) ?? 0,
      );
    }),
  };
}

/** What agent.yaml names, or else the environment. */
function proxyIn(
  { endpoint, proxy }: NonNullable<AgentFile['cloud']>,
  environment: NodeJS.ProcessEnv,
): { readonly proxy?: ProxyAddress } {
  const url = proxy ?? proxyUrlFor(endpoint.split(':')[0] ?? '', environment);
  const address = url === null ? null : proxyOf(url);
  return address === null ? {} : { proxy: address };
}

/** The keys allowed at `path`. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  return Object.keys(blockAt(path).shape);
}

/** The range of a number there, as the end of a sentence; empty where no number is expected. */
function rangeAt(path: readonly PropertyKey[]): string {
  const shape: Readonly<Record<string, z.ZodType>> = blockAt(path.slice(0, -1)).shape;
  let schema = shape[String(path.at(-1))];
  while (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    schema = schema.unwrap() as z.ZodType;
  if (!(schema instanceof z.ZodNumber)) return '';
  return ` from ${schema.minValue} to ${schema.maxValue}`;
}

/** The schema of the block at `path`. */
function blockAt(path: readonly PropertyKey[]) {
  if (path.length === 0) return agentConfigSchema;
  if (path.at(-1) === 'dialect') return dialectSchema;
  if (path[0] === 'punches') return punchesSchema;
  return path[0] === 'cloud' ? cloudSchema : deviceConfigSchema;
}
