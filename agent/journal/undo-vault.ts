// What deletes took away, kept for `undo_days`: encrypted with a key that never leaves this agent's data folder.
import { SecretBox } from './secret-box.ts';
import type { UndoTable } from './undo-table.ts';

export interface UndoVaultOptions {
  /** The agent's data folder, where `undo.key` lies. */
  readonly folder: string;
  readonly site: string;
  /** 0 keeps nothing. */
  readonly days: number;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;

/** Synchronous, as the journal is. @throws SerenoError `agent_storage` where disk or key file cannot be used. */
export class UndoVault {
  readonly #table: UndoTable;
  readonly #options: UndoVaultOptions;
  readonly #box: SecretBox;

  constructor(table: UndoTable, options: UndoVaultOptions) {
    this.#table = table;
    this.#options = options;
    const { folder, site } = options;
    this.#box = new SecretBox({ folder, keyFile: 'undo.key', site });
  }

  /** False where `undo_days` is 0. */
  get keeps(): boolean {
    return this.#options.days > 0;
  }

  /** Seals `content` and stores it; it is on disk when this returns. */
  put(device: string, userId: string, content: Buffer): void {
    const sealed = this.#box.seal([device, userId], content);
    this.#table.put(device, userId, sealed, this.#options.now());
  }

  /** What was kept; null where nothing is, where its time is over, and where the key is not the one that sealed it. */
  find(device: string, userId: string): Buffer | null {
    const row = this.#table.find(device, userId);
    if (row === null || !this.keeps || row.at < this.#oldest()) return null;
    return this.#box.open([device, userId], row.sealed);
  }

  erase(device: string, userId: string): void {
    this.#table.erase(device, userId);
  }

  /** Erases what is older than `undo_days`; with 0, all of it. */
  sweep(): void {
    this.#table.eraseBefore(this.keeps ? this.#oldest() : Number.MAX_SAFE_INTEGER);
  }

  #oldest(): number {
    return this.#options.now() - this.#options.days * DAY_MS;
  }
}
