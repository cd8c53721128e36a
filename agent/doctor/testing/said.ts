// Findings as lines; for tests.
import type { Finding } from '../finding.ts';

export const said = (findings: readonly Finding[]) =>
  findings.map(({ verdict, found }) => `${verdict}: ${found}`);
