// The user and group ids of a user of this machine, by name.
import { spawnSync } from 'node:child_process';

/** Null for a user that does not exist. */
export function idsOf(name: string): { readonly uid: number; readonly gid: number } | null {
  const ask = (what: string) => {
    const { status, stdout } = spawnSync('id', [what, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : null;
  };
  const [uid, gid] = [ask('-u'), ask('-g')];
  return uid === null || gid === null ? null : { uid, gid };
}
