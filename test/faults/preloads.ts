// Makes the processes and workers that are started from here on load the files that let them fail.

/** In this order: the one that dies at a moment of a database needs the count of synced commits. */
const PRELOADS = ['clock', 'handler-death', 'synced', 'read-only', 'database-death'];

/** Each minds only what is its own. */
export function preload(): void {
  const options = PRELOADS.map((name) => `--import=${new URL(`./preload/${name}.ts`, import.meta.url).href}`);
  const known = process.env.NODE_OPTIONS ?? '';
  process.env.NODE_OPTIONS = [known, ...options.filter((option) => !known.includes(option))].join(' ').trim();
}
