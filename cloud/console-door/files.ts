// The console's files, as the build has left them: beside the bundle if a bundler copied them there, else where the setting says.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleConfig } from '../config.ts';

/** The folder that a bundler copies them to, beside its output. */
export const CONSOLE_FOLDER = 'console';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface ConsoleFile {
  readonly type: string;
  readonly text: string;
}

function folder(): string {
  const beside = fileURLToPath(new URL(`./${CONSOLE_FOLDER}`, import.meta.url));
  return existsSync(beside) ? beside : consoleConfig().folder;
}

async function load(): Promise<ReadonlyMap<string, ConsoleFile>> {
  const root = folder();
  const names = (await readdir(root, { recursive: true })).filter((name) => extname(name) in TYPES);
  const files = names.map(
    async (name): Promise<[string, ConsoleFile]> => [
      name.replaceAll('\\', '/'),
      { type: TYPES[extname(name)] ?? '', text: await readFile(join(root, name), 'utf8') },
    ],
  );
  return new Map(await Promise.all(files));
}

let loaded: Promise<ReadonlyMap<string, ConsoleFile>> | null = null;

/** The file of this name, or null. All are read at the first call, so what lies elsewhere cannot be named. */
export async function consoleFile(name: string): Promise<ConsoleFile | null> {
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return (await loaded).get(name) ?? null;
}
