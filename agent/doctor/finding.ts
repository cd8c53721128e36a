// What a check of the doctor found.

export type Verdict = 'ok' | 'warning' | 'failure';

export interface Finding {
  /** What was looked at: `agent.yaml`, `terminal principal`. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** The state, in one sentence. */
  readonly found: string;
  /** What to do about it; left out where nothing is wrong. */
  readonly next?: string;
}

/** Makes the findings of a check that are about one subject. */
export function about(subject: string) {
  return {
    ok: (found: string): Finding => ({ subject, verdict: 'ok', found }),
    warning: (found: string, next: string): Finding => ({ subject, verdict: 'warning', found, next }),
    failure: (found: string, next: string): Finding => ({ subject, verdict: 'failure', found, next }),
  };
}

/** Exit status for scripts: 0 all is well, 1 something deserves a look, 2 something does not work. */
export function exitStatus(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ verdict }) => verdict === 'failure')) return 2;
  return findings.some(({ verdict }) => verdict === 'warning') ? 1 : 0;
}

const SIGNS: Readonly<Record<Verdict, string>> = { ok: '✓', warning: '!', failure: '✗' };

/** A table for people, and the next steps under the lines that need one. */
export function toTable(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ subject }) => subject.length));
  return findings
    .map(({ subject, verdict, found, next }) => {
      const line = `${SIGNS[verdict]} ${subject.padEnd(width)}  ${found}\n`;
      return next === undefined ? line : `${line}  ${' '.repeat(width)}  → ${next}\n`;
    })
    .join('');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
