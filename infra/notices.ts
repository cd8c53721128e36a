// The licences of the packages in a bundle, as their authors require: one text beside the bundle.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import * as z from 'zod';

export const NOTICES_FILE = 'THIRD-PARTY-NOTICES.txt';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;
const RULE = '='.repeat(78);

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
});

/** Folders of the packages whose code is in a bundle. */
export function packagesIn({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders.map((folder) => resolve(folder)))];
}

/** Name, version, licence and its whole text of every package, by name. @throws the file system's errors */
export function noticesOf(folders: readonly string[]): string {
  const entries = folders.map((folder) => {
    const { name, version, license } = packageSchema.parse(
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    );
    const texts = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
      .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
    const body = texts.length > 0 ? texts : ['The package holds no licence text of its own.'];
    return `${RULE}\n${name} ${version} (${license ?? 'see below'})\n\n${body.join('\n\n')}\n`;
  });
  const sorted = [...new Set(entries)].sort();
  return `Sereno is distributed with the packages below, each under its own licence.\n\n${sorted.join('\n')}`;
}
