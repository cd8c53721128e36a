// The data folder of local mode: what lies where, who holds it, and how it is forgotten.
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '../../agent/folder.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';

export class DataDirError extends Error {
  override readonly name = 'DataDirError';
  readonly code = 'DATA_DIR';
}

/** Marks a folder made by npm start: `--fresh` deletes in no other. */
const MARKER = 'SERENO_DATA';
const MARKER_TEXT = 'Data of npm start. --fresh deletes what it has written into this folder.\n';
/** Everything that a folder of a version without the marker holds once it was ready. */
const KNOWN = ['ca', 'issuer.json', 'secret', 'dynamodb', 'lock.db'] as const;

export class DataDir {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get authority(): string {
    return join(this.path, 'ca');
  }
  get issuer(): string {
    return join(this.path, 'issuer.json');
  }
  get secret(): string {
    return join(this.path, 'secret');
  }
  /** The key that data keys are wrapped under, in place of AWS KMS. */
  get sealKey(): string {
    return join(this.path, 'seal.key');
  }
  get dynamo(): string {
    return join(this.path, 'dynamodb');
  }
  /** The port that the broker had. */
  get brokerPort(): string {
    return join(this.path, 'broker.port');
  }
  get localJson(): string {
    return join(this.path, 'local.json');
  }
  /** What the simulated terminals hold. */
  get terminals(): string {
    return join(this.path, 'terminals');
  }
  /** How `npm run operator` reaches the store, while it runs. */
  get storeAccess(): string {
    return join(this.path, 'store.json');
  }
  /** How `npm run finger` and `npm run punch` reach them, while they run. */
  get controls(): string {
    return join(this.path, 'controls.json');
  }
  get cloudLog(): string {
    return join(this.path, 'cloud.log');
  }
  agent(at: SiteAddress): string {
    return join(this.path, 'agents', clientIdOf(at.tenant, at.site));
  }
  agentLog(site: string): string {
    return join(this.path, `agent-${site}.log`);
  }

  /**
   * Makes the folder (0700) and holds it for this process until the lock is disposed. The lock is the
   * operating system's, so that a killed process leaves none behind.
   * @throws DataDirError if another process holds it, or it cannot be written
   */
  lock(): Disposable {
    this.#make();
    const database = new DatabaseSync(join(this.path, 'lock.db'), { timeout: 0 });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    } catch (cause) {
      database.close();
      throw new DataDirError(
        `Another npm start is using ${this.path}. Stop it, or give this one its own folder with --data.`,
        { cause },
      );
    }
    return { [Symbol.dispose]: () => database.close() };
  }

  /** @throws DataDirError */
  #make(): void {
    try {
      const isEmpty = !existsSync(this.path) || readdirSync(this.path).length === 0;
      makeFolder(this.path);
      if (isEmpty) this.#mark();
      writePrivate(join(this.path, 'lock.probe'), '');
      rmSync(join(this.path, 'lock.probe'));
    } catch (cause) {
      const { code = '' } = cause as NodeJS.ErrnoException;
      const isFile = code === 'EEXIST' || code === 'ENOTDIR';
      throw new DataDirError(
        `${this.path} ${isFile ? 'is no folder' : `cannot be written (${code})`}. Choose another with --data.`,
        { cause },
      );
    }
  }

  /**
   * Deletes what local mode wrote here and nothing else: the folder may hold files of somebody else. Links are deleted, never followed.
   * @throws DataDirError where the folder is a link, or nothing says that npm start made it
   */
  forget(): void {
    if (lstatSync(this.path).isSymbolicLink()) {
      throw new DataDirError(
        `${this.path} is a link: --fresh deletes nothing behind one. Name the folder itself with --data.`,
      );
    }
    if (!this.#isOurs()) {
      throw new DataDirError(
        `${this.path} was not made by npm start (no ${MARKER} in it): --fresh deletes nothing there. Name ` +
          'another folder with --data, or empty this one yourself.',
      );
    }
    const logs = readdirSync(this.path).filter((name) => /^agent-[a-z0-9-]+\.log$/.test(name));
    const transaction = `${this.dynamo}.transaction`;
    const data = [
      this.authority,
      this.issuer,
      this.secret,
      this.sealKey,
      this.dynamo,
      transaction,
      this.brokerPort,
      this.terminals,
    ];
    const own = [...data, this.localJson, this.storeAccess, this.controls, this.cloudLog];
    for (const path of [...own, join(this.path, 'agents'), ...logs.map((name) => join(this.path, name))]) {
      rmSync(path, { recursive: true, force: true });
    }
    this.#mark();
  }

  #isOurs(): boolean {
    const marker = lstatSync(join(this.path, MARKER), { throwIfNoEntry: false });
    if (marker !== undefined) return marker.isFile();
    return KNOWN.every((name) => lstatSync(join(this.path, name), { throwIfNoEntry: false }) !== undefined);
  }

  #mark(): void {
    writePrivate(join(this.path, MARKER), MARKER_TEXT);
  }

  /** The key of the functions' HMACs, hex of 32 bytes; made once. */
  functionSecret(): string {
    if (!existsSync(this.secret)) {
      writePrivate(this.secret, Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex'));
    }
    return readFileSync(this.secret, 'utf8').trim();
  }

  /** The file of the key that the functions seal under; made once. */
  sealKeyFile(): string {
    if (!existsSync(this.sealKey)) writePrivate(this.sealKey, crypto.getRandomValues(new Uint8Array(32)));
    return this.sealKey;
  }
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivate(file: string, content: string | Uint8Array): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}
