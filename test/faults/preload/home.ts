// Where an agent's process has its agent.yaml: the files beside it tell the preloads what to do.
import { dirname } from 'node:path';

const at = process.argv.indexOf('--config');
const config = process.argv[at + 1];

/** Null in every process that is no running agent. */
export const agentHome: string | null =
  at > 0 && process.argv.includes('run') && config !== undefined ? dirname(config) : null;
