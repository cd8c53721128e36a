// A package of the agent, as it is signed: what it is, for which machines, and which older versions it rules out.
import * as z from 'zod';

/** Three numbers, as package.json has them. */
export const versionSchema = z
  .string()
  .max(32)
  .regex(/^(0|[1-9]\d{0,6})\.(0|[1-9]\d{0,6})\.(0|[1-9]\d{0,6})$/);

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** A machine that a package is for: Node's names of platform and processor. */
export const platformSchema = z.string().regex(/^[a-z0-9]{2,16}-[a-z0-9_]{2,16}$/);

/** No package is larger: whoever fetches one stops there. */
export const MOST_PACKAGE_BYTES = 512 * 1024 * 1024;

export const packageManifestSchema = z.strictObject({
  product: z.literal('sereno-agent'),
  version: versionSchema,
  /** Once this version has proved itself, no version below this one is taken any more: an old package, though it is signed, is no way back to its faults. */
  floor: versionSchema,
  platforms: z.array(platformSchema).min(1).max(8),
  /** Of the tarball. */
  size: z.int().min(1).max(MOST_PACKAGE_BYTES),
  sha256: sha256Schema,
  /** Of the bill of materials that lies beside it. */
  sbom_sha256: sha256Schema,
});
export type PackageManifest = z.infer<typeof packageManifestSchema>;

/** Negative where `one` is the older version, 0 where they are the same. */
export function compareVersions(one: string, other: string): number {
  const [ones, others] = [one.split('.').map(Number), other.split('.').map(Number)];
  const place = ones.findIndex((number, index) => number !== others[index]);
  return place === -1 ? 0 : (ones[place] ?? 0) - (others[place] ?? 0);
}
