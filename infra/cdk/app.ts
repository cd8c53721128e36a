// What `cdk` runs: see cdk.json.
import { build } from './build.ts';
import { WrongSettings } from './settings.ts';

try {
  build().app.synth();
} catch (error) {
  if (!(error instanceof WrongSettings)) throw error;
  // A sentence without the stack trace that would hide it.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
