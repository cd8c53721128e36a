// Why a package is not taken, or a new version not kept.
import type { UpdateReason } from '../../shared/domain/agent-update.ts';

/** An update comes to nothing for this reason. To try the same again at once would end the same. */
export class PackageRefused extends Error {
  override readonly name = 'PackageRefused';
  readonly code = 'package_refused';
  readonly reason: UpdateReason;

  constructor(reason: UpdateReason, options?: ErrorOptions) {
    super(`the package is not taken: ${reason}`, options);
    this.reason = reason;
  }
}
