// The heads of a set of templates, which comes in parts: u16 size (head included), u16 uid, u8 finger, u8 flag; what follows a head is passed over.
import { ZkError } from './errors.ts';

const HEAD = 6;

export interface TemplateHead {
  readonly uid: number;
  /** 0–9. */
  readonly finger: number;
  /** 0 invalid, 1 valid, 3 duress. */
  readonly flag: number;
}

export class TemplateHeads {
  readonly #found: TemplateHead[] = [];
  /** The beginning of a head that the last part has cut. */
  #begun = Buffer.alloc(0);
  /** Bytes of a template that are still to be passed over. */
  #left = 0;

  /** @throws ZkError `protocol` for a size that no template has */
  take(part: Uint8Array): void {
    let at = 0;
    while (at < part.length) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, part.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const missing = HEAD - this.#begun.length;
      const head = Buffer.concat([this.#begun, part.subarray(at, at + missing)]);
      at += missing;
      this.#begun = head;
      if (head.length < HEAD) return;
      this.#begun = Buffer.alloc(0);
      const size = head.readUInt16LE(0);
      if (size < HEAD) throw broken(`no template of ${size} bytes`);
      // A template without bytes identifies no finger.
      if (size > HEAD) {
        this.#found.push({ uid: head.readUInt16LE(2), finger: head.readUInt8(4), flag: head.readUInt8(5) });
      }
      this.#left = size - HEAD;
    }
  }

  /** All of them, once every part has come. @throws ZkError `protocol` if the set ends within a template */
  end(): readonly TemplateHead[] {
    if (this.#left > 0 || this.#begun.length > 0) throw broken('it ends within a template');
    return this.#found;
  }
}

function broken(problem: string): ZkError {
  return new ZkError('protocol', 'template set', { problem });
}
