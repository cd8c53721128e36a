import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from './log.ts';

it('goes on when its file cannot be written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-log-'));
  const file = join(folder, 'log');
  closeSync(openSync(file, 'w'));
  // Open for reading alone: every write to it fails, as on a full disk.
  const fd = openSync(file, 'r');
  try {
    const log = openLog('info', {}, fd);
    for (let line = 0; line < 3; line++) expect(() => log.info({ line }, 'said into the void')).not.toThrow();
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
});
