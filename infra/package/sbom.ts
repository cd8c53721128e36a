// The software bill of materials in CycloneDX: what is locked for production, with versions, licences and hashes.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const bomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
  components: z.array(z.looseObject({ name: z.string(), version: z.string() })).min(1),
});

/** As JSON, from package-lock.json alone: no network. npm itself writes it. @throws Error of npm; ZodError where it is none */
export function billOfMaterials(): string {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  const text = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });
  const bom = bomSchema.parse(JSON.parse(text));
  // npm names the product after the folder of the sources.
  bom.metadata.component.name = 'sereno';
  return `${JSON.stringify(bom, null, 2)}\n`;
}
