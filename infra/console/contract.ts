// The types of the REST contract for the console, made of the OpenAPI document: a change of the contract breaks its build.
import { mkdirSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openapi } from '../../cloud/rest/docs/openapi.ts';

export const CONTRACT_FILE = fileURLToPath(new URL('../../cloud/console/api/contract.d.ts', import.meta.url));

/** openapi-typescript prints types with the compiler's own printer, which the native compiler does not offer. */
function withPrintingCompiler(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === 'typescript' ? 'typescript-5' : specifier, context),
  });
}

/** Writes the types. */
export async function writeContract(file = CONTRACT_FILE): Promise<void> {
  withPrintingCompiler();
  const { astToString, default: openapiTS } = await import('openapi-typescript');
  const types = await openapiTS(JSON.stringify(openapi()), { alphabetize: true });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `// Made by \`npm run console:types\` of the OpenAPI document.\n${astToString(types)}`);
}

if (import.meta.main) await writeContract();
