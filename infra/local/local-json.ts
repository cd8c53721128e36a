// local.json: what another program needs to use the running system.
import { rmSync } from 'node:fs';
import { writePrivate } from './data-dir.ts';

export interface LocalJson {
  readonly url: string;
  /** All scopes, 30 days. */
  readonly token: string;
  readonly agents: readonly { readonly site: string; readonly pid: number }[];
  /** Only of the run that made this operator: the password is nowhere else. */
  readonly admin?: { readonly username: string; readonly password: string };
  /** Device ids. */
  readonly devices: readonly string[];
}

/** Written whole, by rename, readable by its owner only. */
export function writeLocalJson(file: string, content: LocalJson): void {
  writePrivate(file, `${JSON.stringify(content, null, 2)}\n`);
}

export function removeLocalJson(file: string): void {
  rmSync(file, { force: true });
}
