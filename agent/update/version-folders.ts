// Versions of the agent side by side in one folder, and the link that says which of them is started.
import { spawn } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { pointDurably, renameDurably, syncFolder, syncTree } from './durable.ts';
import { PackageRefused } from './errors.ts';
import type { Versions } from './machine.ts';
import { openPackage } from './package-file.ts';
import { folderOf, type Places, targetOf } from './places.ts';

export interface VersionPorts {
  readonly places: Places;
  readonly key: () => KeyObject;
  /** Makes what was unpacked fit for this machine. */
  readonly prepare: (program: string) => void;
  /** Whether the updater of that program works here. */
  readonly updaterWorks: (program: string) => Promise<boolean>;
  readonly log: Logger;
}

const PART = '.part';

export class VersionFolders implements Versions {
  readonly #ports: VersionPorts;

  constructor(ports: VersionPorts) {
    this.#ports = ports;
  }

  current(): string {
    return basename(readlinkSync(this.#ports.places.current));
  }

  async unpack(version: string): Promise<void> {
    const { places, key, prepare } = this.#ports;
    const { from } = await openPackage(places.download, key());
    const part = `${this.#folder(version)}${PART}`;
    try {
      rmSync(part, { recursive: true, force: true });
      mkdirSync(part, { recursive: true });
      await untar(places.download, from, part);
      prepare(part);
      syncTree(part);
      // What is there already was left by a run that went down before it could say so.
      rmSync(this.#folder(version), { recursive: true, force: true });
      renameDurably(part, this.#folder(version));
    } catch (cause) {
      throw new PackageRefused('storage', { cause });
    }
  }

  point(version: string): void {
    const { places } = this.#ports;
    if (this.current() !== version) pointDurably(places.current, targetOf(version));
  }

  async settle(version: string, keep: readonly string[]): Promise<void> {
    const { places, updaterWorks, log } = this.#ports;
    if (await updaterWorks(this.#folder(version))) pointDurably(places.updater, targetOf(version));
    else log.error({ version }, 'the updater of the new version does not work: the one before stays');
    this.#tidy((name) => keep.includes(name));
  }

  discard(version: string): void {
    this.#tidy((name) => name !== version);
  }

  /** Takes away the package, halves, and versions that are not to stay; never one that a link leads to. */
  #tidy(stays: (name: string) => boolean): void {
    const { places } = this.#ports;
    rmSync(places.download, { force: true });
    const linked = [places.current, places.updater].map((link) => basename(readlinkSync(link)));
    for (const name of readdirSync(places.versions)) {
      if (stays(name) || linked.includes(name)) continue;
      rmSync(join(places.versions, name), { recursive: true, force: true });
    }
    syncFolder(places.versions);
  }

  #folder(version: string): string {
    return folderOf(this.#ports.places, version);
  }
}

/** What is in the tarball at `from`, without the folder that all of it lies in. @throws Error */
async function untar(file: string, from: number, to: string): Promise<void> {
  const args = ['-xzf', '-', '-C', to, '--strip-components=1', '--no-same-owner', '--no-same-permissions'];
  const tar = spawn('tar', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(tar, 'close');
  const [[code]] = await Promise.all([ended, pipeline(createReadStream(file, { start: from }), tar.stdin)]);
  if (code !== 0) throw new Error(`tar has failed with ${code}`);
}
