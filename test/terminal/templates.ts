// The fingerprints of a terminal: at most one for each user and finger.

export interface Template {
  readonly uid: number;
  readonly finger: number;
  /** 0, 1, or 3 for a duress finger. */
  readonly flag: number;
  readonly template: Buffer;
}

const HEAD_BYTES = 6;

export class TemplateStore {
  readonly #templates = new Map<string, Template>();

  get size(): number {
    return this.#templates.size;
  }

  get(uid: number, finger: number): Template | undefined {
    return this.#templates.get(`${uid}/${finger}`);
  }

  put(template: Template): void {
    this.#templates.set(`${template.uid}/${template.finger}`, template);
  }

  delete(uid: number, finger: number): boolean {
    return this.#templates.delete(`${uid}/${finger}`);
  }

  /** Deletes all fingers of a user; returns how many there were. */
  deleteAll(uid: number): number {
    const own = this.list().filter((template) => template.uid === uid);
    for (const { finger } of own) this.delete(uid, finger);
    return own.length;
  }

  clear(): void {
    this.#templates.clear();
  }

  list(): Template[] {
    return [...this.#templates.values()];
  }

  /** The set as a bulk read returns it: for each u16 size including this 6-byte head, u16 uid, u8 finger, u8 flag. */
  encode(): Buffer {
    return Buffer.concat(
      this.list().flatMap(({ uid, finger, flag, template }) => {
        const head = Buffer.alloc(HEAD_BYTES);
        head.writeUInt16LE(HEAD_BYTES + template.length, 0);
        head.writeUInt16LE(uid, 2);
        head.writeUInt8(finger, 4);
        head.writeUInt8(flag, 5);
        return [head, template];
      }),
    );
  }
}
