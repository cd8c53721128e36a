// A disk that forgets: what of a folder was changed and not synced, so that a power cut may take it away.
//
// Names (files made, renamed, removed) are safe once their folder was synced, contents once the file itself was. What is not may be gone, or
// there, at a power cut: the names of a folder in their order, each content by itself, whole, in part, as zeros or not at all. What other
// programs have put there meanwhile (tar) counts as unsynced, too.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';

type Random = (below: number) => number;

/** A change of names, and how it is undone. */
interface Change {
  readonly folder: string;
  readonly undo: () => void;
}

const real = { ...fs };

function isThere(path: string): boolean {
  return real.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function* below(folder: string): Generator<string> {
  for (const entry of real.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield path;
    if (entry.isDirectory()) yield* below(path);
  }
}

export class ForgetfulDisk {
  readonly #folder: string;
  /** What was removed or replaced is kept here: so it can come back, and no number of a file is used again. */
  readonly #stash: string;
  #kept = 0;
  #changes: Change[] = [];
  /** Numbers of files and folders of which all is safe. */
  readonly #safe = new Set<number>();
  readonly #paths = new Map<number, string>();

  /** @param folder all of which is safe now @param stash a folder outside of it, on the same disk */
  constructor(folder: string, stash: string) {
    this.#folder = folder;
    this.#stash = stash;
    real.mkdirSync(stash, { recursive: true });
    for (const path of [folder, ...below(folder)]) this.#safe.add(real.lstatSync(path).ino);
  }

  /** From now on changes by this process are followed. */
  watch(): void {
    fs.openSync = ((path: string, flags: string, mode?: number) => {
      const isNew = !isThere(path);
      const handle = real.openSync(path, flags, mode);
      this.#paths.set(handle, path);
      if (flags === 'w') this.#written(path, isNew);
      return handle;
    }) as typeof fs.openSync;
    fs.writeSync = ((handle: number, text: string) => {
      this.#safe.delete(real.fstatSync(handle).ino);
      return real.writeSync(handle, text);
    }) as typeof fs.writeSync;
    fs.fsyncSync = (handle) => {
      real.fsyncSync(handle);
      this.#synced(this.#paths.get(handle) ?? '', real.fstatSync(handle).ino);
    };
    fs.renameSync = ((from: string, to: string) => this.#renamed(from, to)) as typeof fs.renameSync;
    fs.rmSync = ((path: string) => this.#removed(path)) as typeof fs.rmSync;
    fs.symlinkSync = ((target: string, path: string) => {
      real.symlinkSync(target, path);
      this.#note(path, () => real.rmSync(path, { force: true }));
    }) as typeof fs.symlinkSync;
    fs.mkdirSync = ((path: string, options: fs.MakeDirectoryOptions) => {
      const made = real.mkdirSync(path, options) ?? (options?.recursive === true ? undefined : path);
      if (made !== undefined) this.#note(made, () => real.rmSync(made, { recursive: true, force: true }));
      return made;
    }) as typeof fs.mkdirSync;
    this.#watchHandles();
    syncBuiltinESMExports();
  }

  /** The power is cut: leaves of what was not synced what chance leaves. */
  forget(random: Random): void {
    const left = new Map<string, number>();
    for (const { folder } of this.#changes) left.set(folder, (left.get(folder) ?? 0) + 1);
    for (const [folder, count] of left) left.set(folder, random(count + 1));
    const undone = this.#changes.filter(({ folder }) => {
      const more = left.get(folder) ?? 0;
      left.set(folder, more - 1);
      return more <= 0;
    });
    for (const { undo } of undone.reverse()) undo();
    for (const path of [...below(this.#folder)]) if (isThere(path)) this.#tear(path, random);
  }

  #watchHandles(): void {
    const { open } = fs.promises;
    fs.promises.open = async (path, flags, mode) => {
      const isNew = !isThere(String(path));
      const handle = await open(path, flags, mode);
      if (flags === 'w') this.#written(String(path), isNew);
      const { sync } = handle;
      handle.sync = async () => {
        await sync.call(handle);
        this.#synced(String(path), (await handle.stat()).ino);
      };
      return handle;
    };
  }

  #note(path: string, undo: () => void): void {
    this.#changes.push({ folder: dirname(path), undo });
  }

  #written(path: string, isNew: boolean): void {
    this.#safe.delete(real.statSync(path).ino);
    if (isNew) this.#note(path, () => real.rmSync(path, { force: true }));
  }

  #synced(path: string, number: number): void {
    this.#safe.add(number);
    this.#changes = this.#changes.filter(({ folder }) => folder !== path);
  }

  #keep(path: string): string {
    const kept = join(this.#stash, String(++this.#kept));
    real.renameSync(path, kept);
    return kept;
  }

  #removed(path: string): void {
    if (!isThere(path)) return;
    const kept = this.#keep(path);
    this.#note(path, () => {
      real.rmSync(path, { recursive: true, force: true });
      if (isThere(dirname(path))) real.renameSync(kept, path);
    });
  }

  #renamed(from: string, to: string): void {
    const kept = isThere(to) ? this.#keep(to) : null;
    real.renameSync(from, to);
    this.#note(to, () => {
      if (isThere(to)) real.renameSync(to, from);
      if (kept !== null) real.renameSync(kept, to);
    });
  }

  /** A content that nobody has synced, or a name in a folder that nobody has: of those that were made by another program. */
  #tear(path: string, random: Random): void {
    const { ino, size } = real.lstatSync(path);
    if (!real.lstatSync(path).isFile()) return;
    if (!this.#safe.has(real.lstatSync(dirname(path)).ino) && random(2) === 0) return real.rmSync(path);
    if (this.#safe.has(ino)) return;
    const fate = random(4);
    if (fate === 0) real.truncateSync(path, 0);
    if (fate === 1) real.truncateSync(path, Math.floor(size / 2));
    if (fate === 2) real.writeFileSync(path, Buffer.alloc(size));
  }
}
