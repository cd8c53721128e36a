// A package on the machine that it runs on: what is for other processors stays out.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** @param arch as in Node: `x64` or `arm64` @throws the file system's errors */
export function withoutOtherArches(program: string, arch: string): void {
  for (const folder of ['node', 'crt']) {
    for (const other of readdirSync(join(program, folder)).filter((name) => name !== arch)) {
      rmSync(join(program, folder, other), { recursive: true, force: true });
    }
  }
}
