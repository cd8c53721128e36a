// A copy of the project in a folder of its own, where one change may be tried without touching the project.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Broken } from './table.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What a campaign needs of the project, beside its packages. */
const ROOMS = ['agent', 'cloud', 'infra', 'shared', 'test', 'package.json', 'tsconfig.json'];

export interface Heard {
  readonly seed: number;
  readonly violations: readonly { readonly kind: string; readonly text: string }[];
}

/** The text of the file with its one change. @throws RangeError if what is to be changed does not occur exactly once */
export function mutated(text: string, { name, file, from, to }: Broken): string {
  const parts = text.split(from);
  const [before, after] = parts;
  if (parts.length !== 2 || before === undefined || after === undefined) {
    throw new RangeError(`${name}: what it changes occurs ${parts.length - 1} times in ${file}`);
  }
  return before + to + after;
}

/** The file that a mutation changes, as it is in the project. */
export function sourceOf({ file }: Broken): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sereno-workshop-'));

  /** Copies the project, with `mutation` applied if there is one. */
  constructor(mutation: Broken | null) {
    for (const room of ROOMS) {
      cpSync(join(ROOT, room), join(this.#folder, room), {
        recursive: true,
        filter: (file) => basename(file) !== 'node_modules' && basename(file) !== 'cdk.out',
      });
    }
    this.#linkPackages();
    if (mutation === null) return;
    writeFileSync(join(this.#folder, mutation.file), mutated(sourceOf(mutation), mutation));
  }

  /**
   * Runs a campaign here, `script` from the root of the project; `hear` is told of every schedule.
   * @returns true if none failed
   * @throws Error if it has played none
   */
  async campaign(script: string, args: readonly string[], hear: (heard: Heard) => void): Promise<boolean> {
    const child = fork(join(this.#folder, script), args, {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    let played = 0;
    child.on('message', (heard) => {
      played++;
      hear(heard as Heard);
    });
    const [code] = await once(child, 'exit');
    if (played === 0) throw new Error(`${script} ended with ${code} and has played nothing`);
    return code === 0;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Each package by a link of its own: bundles are cached beside them, and must not be shared with the project. */
  #linkPackages(): void {
    const packages = join(this.#folder, 'node_modules');
    mkdirSync(packages);
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name === '.cache') continue;
      symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
    }
  }
}
