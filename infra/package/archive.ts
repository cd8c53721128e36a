// A laid out package as a tarball: the same sources make the same bytes.
import { execFileSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** Packs `folder`, under its own name, into `file`. Order, owners and times are fixed. @param level of compression, 1 to 9 @throws Error of tar */
export function archive(folder: string, file: string, level = 6): void {
  execFileSync(
    'tar',
    [
      ...['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=2000-01-01T00:00:00Z'],
      ...[`--use-compress-program=gzip -n -${level}`, '-cf', file, '-C', dirname(folder), basename(folder)],
    ],
    { stdio: 'inherit' },
  );
}
