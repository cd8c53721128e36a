// What was found, against the bars that are set for it: as a table, as JSON, and as a chart.
import { writeFileSync } from 'node:fs';
import type { Finding } from './measure.ts';

function amount(value: number | null, unit: string): string {
  return value === null ? '-' : `${value.toFixed(1)} ${unit}`;
}

/** Prints each case with its ratio and its bar. */
export function printFindings(findings: readonly Finding[], print: (text: string) => void): void {
  print('');
  print(
    `  ${'case'.padEnd(44)} ${'ours'.padStart(11)} ${'beside'.padStart(13)}  ${'of what'.padEnd(16)} ${'floor'.padStart(10)}   ratio    bar`,
  );
  for (const { what, ours, unit, other, beside, floor, bar } of findings) {
    const ratio = ours / other;
    print(
      `  ${what.padEnd(44)} ${amount(ours, unit).padStart(11)} ${amount(other, unit).padStart(13)}  ${beside.padEnd(16)} ${amount(floor, unit).padStart(10)}   ${ratio.toFixed(4)}   ${bar.toFixed(4)}${ratio <= bar ? '' : '  above it'}`,
    );
  }
  print('');
}

/** Writes the findings and what they were measured on. */
export function writeJson(file: string, findings: readonly Finding[], machine: object): void {
  writeFileSync(file, `${JSON.stringify({ machine, findings }, null, 2)}\n`);
}

const ROW = 26;
const LABELS = 330;
const BARS = 420;
const WIDTH = LABELS + BARS + 110;
/** The bar that is set stands here. */
const WANTED = 0.6;

/** An SVG with a row a case: how much of what is wanted at most it takes. Nobody's texts are in it but our own. */
export function chartOf(findings: readonly Finding[]): string {
  const height = 60 + findings.length * ROW;
  const rows = findings.map(({ what, ours, other, bar }, index) => {
    const part = ours / other / bar;
    const y = 44 + index * ROW;
    const width = Math.max(1, Math.min(1, part * WANTED) * BARS);
    const colour = part <= 1 ? '#2f855a' : '#c05621';
    return [
      `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end">${what.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="16" fill="${colour}"/>`,
      `<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 12}">${(part * 100).toFixed(0)} %</text>`,
    ].join('');
  });
  const at = LABELS + WANTED * BARS;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12" role="img" aria-label="How much of what is wanted at most each case takes">
<rect width="100%" height="100%" fill="#ffffff"/>
<g fill="#1a202c"><text x="${at}" y="20" text-anchor="middle">wanted at most</text>
${rows.join('\n')}</g>
<line x1="${at}" y1="28" x2="${at}" y2="${height - 12}" stroke="#1a202c" stroke-dasharray="4 3"/>
</svg>
`;
}
