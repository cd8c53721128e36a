// What the command line says about itself: examples and exit statuses under each --help, and errors in a sentence.
import { SerenoError } from '../../shared/errors.ts';
import { DataFolderError } from '../data-folder.ts';
import { SubnetError } from '../discovery/subnets.ts';
import { EnrolmentError } from '../enrolment/errors.ts';
import { ServiceError } from '../service/errors.ts';
import { CONFIG_STATUS } from '../service/names.ts';

const FAILED = '1 with a sentence on standard error if not';

interface Words {
  /** Command lines, with what they are for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly status: string;
}

const WORDS = {
  'sereno-agent': {
    examples: [
      ['enroll --url https://api.example.com --token sereno_…', 'bring this branch in'],
      ['discover', 'find its terminals'],
      ['doctor', 'see whether all is well'],
    ],
    status: "each command's own; COMMAND --help tells it",
  },
  run: {
    examples: [
      ['run', 'with ./agent.yaml, or the installed one'],
      ['run -c /srv/norte/agent.yaml --log-level debug', 'another file, a log that tells more'],
    ],
    status: `0 when it was told to stop, ${CONFIG_STATUS} if agent.yaml is wrong (every mistake is told), 1 if it cannot start for another reason`,
  },
  enroll: {
    examples: [
      ['enroll --url https://api.example.com --token sereno_…', 'as the API gave it'],
      ['enroll --url … --token … -c /srv/norte/agent.yaml --no-start', 'files elsewhere, started by hand'],
    ],
    status: `0 if it was done (where it goes on to run the agent: those of run), ${FAILED}`,
  },
  rotate: {
    examples: [
      ['rotate --url https://api.example.com --token sereno_…', 'the running agent goes on with it'],
    ],
    status: `0 if the new certificate is in place, ${FAILED}`,
  },
  install: {
    examples: [
      ['install', 'from the unpacked package, as root: sudo sereno-agent-VERSION/bin/sereno-agent install'],
    ],
    status: `0 if it was done, ${FAILED}`,
  },
  uninstall: {
    examples: [
      ['uninstall', 'program and service go; /etc/sereno and /var/lib/sereno stay'],
      ['uninstall --purge', 'nothing stays: the branch must be enrolled anew'],
    ],
    status: `0 if it was done, ${FAILED}`,
  },
  status: {
    examples: [['status', 'running or not, since when, its last lines']],
    status: "systemd's: 0 it runs, 3 it does not; 1 where there is no service",
  },
  logs: {
    examples: [
      ['logs --lines 500', 'the last 500'],
      ['logs --follow', 'as they come; Ctrl+C ends it'],
    ],
    status: `0 if the log was shown, ${FAILED}`,
  },
  discover: {
    examples: [
      ['discover', "all of the machine's own private networks"],
      ['discover --subnet 192.168.7.0/24 10.1.4.0/23', 'other ones'],
      ['discover >> agent.yaml', 'the lines alone go to standard output'],
    ],
    status: '0 if a terminal was found, 1 if none was',
  },
  doctor: {
    examples: [
      ['doctor', 'a line for each thing, and the next step under what is wrong'],
      ['doctor --json', 'for programs: {status, findings: [{subject, verdict, found, next}]}'],
    ],
    status: '0 if all is well, 1 if something deserves a look, 2 if something does not work',
  },
} satisfies Record<string, Words>;

/** The text under the --help of a command. */
export function moreHelp(name: keyof typeof WORDS): string {
  const { examples, status } = WORDS[name];
  const lines = examples.map(([line, what]) => `  sereno-agent ${line}\n      ${what}\n`);
  return `\nExamples:\n${lines.join('')}\nExit status: ${status}.`;
}

/** Errors whose message is all that a person needs. */
const KNOWN = [SerenoError, EnrolmentError, ServiceError, SubnetError, DataFolderError];

const DISK: Readonly<Record<string, string>> = {
  EACCES: 'this user may not. Try it as root, or as the user that runs the agent',
  EPERM: 'this user may not. Try it as root, or as the user that runs the agent',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

const CONFIG_NEXT =
  "Correct it (docs/configuration.md has every key), or name another file with --config; 'sereno-agent enroll' makes one.";

/** An error as a sentence with the next step: never a stack. */
export function sentenceOf(error: unknown): string {
  if (isConfigInvalid(error)) return `${error.message}\n${CONFIG_NEXT}`;
  if (KNOWN.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code = '', path, message } = error as NodeJS.ErrnoException;
  if (path !== undefined) return `${path}: ${DISK[code] ?? message}.`;
  return message ?? String(error);
}

export function exitStatusOf(error: unknown): number {
  return isConfigInvalid(error) ? CONFIG_STATUS : 1;
}

function isConfigInvalid(error: unknown): error is SerenoError {
  return error instanceof SerenoError && error.code === 'config_invalid';
}
