// Notices options that npm took for its own because the `--` before them was missing.

export interface Swallowed {
  /** `--port`, `--port and --data`. */
  readonly names: string;
  /** What to write after the `--`. */
  readonly line: string;
}

/**
 * npm hands `--port 9000` on as the variable `npm_config_port=true` and the argument `9000`, `--port=9000` as
 * `npm_config_port=9000`. Null if nothing of the kind happened.
 */
export function npmSwallowed(
  options: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Swallowed | null {
  const taken = options.filter((name) => env[`npm_config_${name}`] !== undefined);
  if (taken.length === 0) return null;
  const loose = args.filter((arg) => !arg.startsWith('-'));
  const flags = taken.map((name) => {
    const value = env[`npm_config_${name}`];
    if (value !== 'true') return `--${name} ${value}`;
    const given = name === 'fresh' ? undefined : loose.shift();
    return given === undefined ? `--${name}` : `--${name} ${given}`;
  });
  return { names: taken.map((name) => `--${name}`).join(' and '), line: flags.join(' ') };
}
