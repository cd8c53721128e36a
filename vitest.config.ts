// The test projects: unit tests stand beside their file, whatever crosses rooms lives in test/.
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/closing-line.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', new ClosingLine()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // A busy machine must not fail what is not about time.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // By default one core of two would have nothing to do.
          maxWorkers: 2,
          include: [
            'shared/**/*.test.ts',
            'agent/**/*.test.ts',
            'cloud/**/*.test.ts',
            'infra/**/*.test.ts',
            'test/{terminal,house}/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/{e2e,faults,fuzz,interop}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
