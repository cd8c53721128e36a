// A look for terminals on the network of a branch: a command about the branch itself.
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import { checkMayChange } from '../directory/visible.ts';
import type { CommandPorts } from './ports.ts';
import { type ArgsFor, type Asking, OF_SITE } from './request.ts';
import { type Ran, run } from './run.ts';

/** @throws SerenoError `site_not_found`, `site_read_only`: who may add no terminal there has no use for its network */
export function discover(
  ports: CommandPorts,
  asking: Asking,
  site: string,
  args: ArgsFor<'siteDiscover'>,
): Promise<Ran> {
  const { principal } = asking;
  return run(ports, {
    ...asking,
    action: 'siteDiscover',
    device: OF_SITE,
    args,
    locate: async () => {
      const isThere =
        slugSchema.safeParse(site).success && (await ports.directory.site(principal.tenant, site)) !== null;
      if (!isThere) throw new SerenoError('site_not_found', { params: { site } });
      checkMayChange(principal, site);
      return { site, device: OF_SITE, deviceName: OF_SITE };
    },
  });
}
