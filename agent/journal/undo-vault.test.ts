import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { UndoVault } from './undo-vault.ts';

const DAY = 86_400_000;
const SECRET = Buffer.from('1234 is the PIN of Ana Quispe');

let folder: string;
let journal: Journal;
let now: number;
const vault = (days = 30) => new UndoVault(journal.undo, { folder, site: 'norte', days, now: () => now });
const keyFile = () => join(folder, 'undo.key');
const database = () => ['journal.db', 'journal.db-wal'].map((name) => readFileSync(join(folder, name)));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-undo-'));
  now = Date.parse('2026-03-01T00:00:00Z');
  journal = Journal.open(folder, 'norte');
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

describe('what deletes took away', () => {
  it('is found by the same agent after a restart', () => {
    vault().put('principal', '7', SECRET);
    journal.close();
    journal = Journal.open(folder, 'norte');
    expect(vault().find('principal', '7')).toEqual(SECRET);
    expect(vault().find('principal', '8')).toBeNull();
    expect(vault().find('entrada', '7')).toBeNull();
  });

  it('comes back byte for byte, whatever it is', () => {
    const kept = vault();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.string(), (bytes, userId) => {
        kept.put('principal', userId, Buffer.from(bytes));
        expect(kept.find('principal', userId)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 30 },
    );
  });

  it('makes its key at first use, readable by the agent alone', () => {
    const kept = vault();
    expect(() => statSync(keyFile())).toThrow('ENOENT');
    kept.put('principal', '7', SECRET);
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFile())).toHaveLength(32);
  });

  it('cannot be read on disk', () => {
    vault().put('principal', '7', SECRET);
    for (const bytes of database()) expect(bytes.includes('Quispe')).toBe(false);
  });

  it('opens for its own user alone, and not with another key', () => {
    const kept = vault();
    kept.put('principal', '7', SECRET);
    const { sealed } = journal.undo.find('principal', '7')!;
    journal.undo.put('principal', '8', sealed, now);
    expect(kept.find('principal', '8')).toBeNull();
    writeFileSync(keyFile(), Buffer.alloc(32, 1));
    expect(vault().find('principal', '7')).toBeNull();
  });

  it('cannot be changed unnoticed, at any byte', () => {
    const kept = vault();
    kept.put('principal', '7', SECRET);
    const { sealed } = journal.undo.find('principal', '7')!;
    for (let at = 1; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1;
      journal.undo.put('principal', '7', changed, now);
      expect(kept.find('principal', '7')).toBeNull();
    }
  });

  it('is made anew with a new key where the key file is damaged', () => {
    vault().put('principal', '7', SECRET);
    writeFileSync(keyFile(), 'short');
    const kept = vault();
    expect(kept.find('principal', '7')).toBeNull();
    kept.put('principal', '7', SECRET);
    expect(vault().find('principal', '7')).toEqual(SECRET);
  });

  it('is not found when its time is over, and erased by the sweep', () => {
    const kept = vault(30);
    kept.put('principal', '7', SECRET);
    now += 29 * DAY;
    kept.put('principal', '8', SECRET);
    now += 2 * DAY;
    expect(kept.find('principal', '7')).toBeNull();
    expect(journal.undo.find('principal', '7')).not.toBeNull();
    kept.sweep();
    expect(journal.undo.find('principal', '7')).toBeNull();
    expect(kept.find('principal', '8')).toEqual(SECRET);
  });

  it('is erased completely once undo_days is 0', () => {
    vault().put('principal', '7', SECRET);
    const kept = vault(0);
    expect(kept.keeps).toBe(false);
    expect(kept.find('principal', '7')).toBeNull();
    kept.sweep();
    expect(journal.undo.find('principal', '7')).toBeNull();
  });

  it('leaves no trace when it is erased', () => {
    const kept = vault();
    kept.put('principal', '7', SECRET);
    const sealed = Buffer.from(journal.undo.find('principal', '7')!.sealed);
    expect(database().some((bytes) => bytes.includes(sealed))).toBe(true);
    kept.erase('principal', '7');
    expect(database().some((bytes) => bytes.includes(sealed))).toBe(false);
  });
});
