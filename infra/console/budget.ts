// What the console's pages weigh: all that a browser loads for one of them with an empty cache, gzipped as the door sends it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';

const chunkSchema = z.object({
  file: z.string(),
  css: z.array(z.string()).default([]),
  imports: z.array(z.string()).default([]),
  dynamicImports: z.array(z.string()).default([]),
});
type Manifest = Readonly<Record<string, z.infer<typeof chunkSchema>>>;

const ENTRY = 'index.html';
const PAGE = /^pages\//;

/** What is loaded together with a chunk; with `later`, also what a page loads once it is drawn: its chart. */
function filesOf(manifest: Manifest, name: string, later: boolean, files: Set<string>): void {
  const chunk = manifest[name];
  if (chunk === undefined || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css) files.add(style);
  for (const other of chunk.imports) filesOf(manifest, other, later, files);
  if (!later || !PAGE.test(name)) return;
  for (const other of chunk.dynamicImports) filesOf(manifest, other, later, files);
}

/** Bytes for each page of the built console in `folder`, by the name of its source: until it is drawn, or with what comes later. */
export function weights(folder: string, later: boolean): ReadonlyMap<string, number> {
  const text: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const manifest = z.record(z.string(), chunkSchema).parse(text);
  const pages = manifest[ENTRY]?.dynamicImports.filter((name) => PAGE.test(name)) ?? [];
  const sizeOf = (file: string) => gzipSync(readFileSync(join(folder, file))).length;
  return new Map(
    pages.map((page) => {
      const files = new Set<string>([ENTRY]);
      filesOf(manifest, ENTRY, false, files);
      filesOf(manifest, page, later, files);
      return [page, [...files].reduce((sum, file) => sum + sizeOf(file), 0)];
    }),
  );
}
