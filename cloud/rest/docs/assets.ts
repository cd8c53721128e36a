// Where swagger-ui's files lie: beside the bundle if a bundler copied them there, else in their package.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files that the page needs; a bundler copies them into `swagger-ui/` beside its output. */
export const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'] as const;
export type SwaggerFile = (typeof SWAGGER_FILES)[number];

function folder(): string {
  const beside = fileURLToPath(new URL('./swagger-ui', import.meta.url));
  if (existsSync(beside)) return beside;
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}

/** The text of one of swagger-ui's files. */
export function swaggerFile(name: SwaggerFile): Promise<string> {
  return readFile(join(folder(), name), 'utf8');
}
