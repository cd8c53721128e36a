// Modes of an agent's program: everybody may read it, its owner alone may write it, whatever mask it was made or unpacked under.
import { chmodSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Relative to the package; all other files are read only. */
const EXECUTABLES = /^(bin\/sereno-agent|node\/[^/]+\/node)$/;

/** Folders and executables 0755, other files 0644. @throws the file system's errors; Error for a link, which a package has none of */
export function settleModes(program: string): void {
  chmodSync(program, 0o755);
  for (const entry of readdirSync(program, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // To change a link's mode is to change that of what it leads to.
    if (!entry.isFile() && !entry.isDirectory()) throw new Error(`${path} does not belong into a package`);
    const mayRun = entry.isDirectory() || EXECUTABLES.test(relative(program, path));
    chmodSync(path, mayRun ? 0o755 : 0o644);
  }
}
