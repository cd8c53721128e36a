// Modes of an agent's program: everybody may read it, only its owner may write it, whatever umask it was made or unpacked under.
import { chmodSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Relative to the package; all other files are read only. */
const EXECUTABLES = /^(bin\/sereno-(agent|updater)|node\/[^/]+\/node)$/;

/** Folders and executables 0755, other files 0644. @throws the file system's errors; Error for a link: a package has none */
export function settleModes(program: string): void {
  chmodSync(program, 0o755);
  for (const entry of readdirSync(program, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // Changing the mode of a link changes that of its target.
    if (!entry.isFile() && !entry.isDirectory()) throw new Error(`${path} does not belong into a package`);
    const mayRun = entry.isDirectory() || EXECUTABLES.test(relative(program, path));
    chmodSync(path, mayRun ? 0o755 : 0o644);
  }
}
