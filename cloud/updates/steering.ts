// Roll-outs as callers see and steer them: who sees all branches of one sees it, who may change all of them may steer it.
import type { Principal } from '../../shared/api/principal.ts';
import { seesEverySite } from '../../shared/api/site-rights.ts';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import { checkMayChange, maySeeSite } from '../directory/visible.ts';
import { log } from '../log.ts';
import { type Branches, type Rollout, steered } from './rollout.ts';
import type { Rollouts } from './rollouts.ts';

export interface SteeringPorts {
  readonly rollouts: Rollouts;
  readonly clock: Clock;
}

export interface Whole {
  readonly rollout: Rollout;
  readonly branches: Branches;
}

/** @throws SerenoError `rollout_not_found` */
export async function rolloutOf(
  { rollouts }: SteeringPorts,
  principal: Principal,
  given: string,
): Promise<Whole> {
  const id = commandIdSchema.safeParse(given.toUpperCase());
  const rollout = id.success ? await rollouts.get(principal.tenant, id.data) : null;
  const branches = rollout === null ? null : await rollouts.branches(principal.tenant, rollout.id);
  if (rollout === null || branches === null || !seesAll(principal, branches))
    throw new SerenoError('rollout_not_found');
  return { rollout, branches };
}

function seesAll(principal: Principal, { sites }: Branches): boolean {
  return sites.every((site) => maySeeSite(principal, site));
}

/** The newest first. */
export async function rolloutsOf({ rollouts }: SteeringPorts, principal: Principal): Promise<Rollout[]> {
  const all = await rollouts.list(principal.tenant);
  if (seesEverySite(principal.sites)) return all;
  const seen = await Promise.all(
    all.map(async ({ tenant, id }) => {
      const branches = await rollouts.branches(tenant, id);
      return branches !== null && seesAll(principal, branches);
    }),
  );
  return all.filter((_, index) => seen[index]);
}

/** How often it is begun again because a round has changed it meanwhile. */
const ROUNDS = 10;

/**
 * What was told to agents goes on, whatever is done here; from now on no other is told. Who lets one go on that has stopped by itself accepts
 * the failures that there are.
 *
 * @throws SerenoError `rollout_not_found`, `site_read_only`, `rollout_over`
 */
export async function steer(
  ports: SteeringPorts,
  principal: Principal,
  id: string,
  to: 'pause' | 'resume' | 'cancel',
): Promise<Rollout> {
  for (let round = 1; round <= ROUNDS; round++) {
    const { rollout, branches } = await rolloutOf(ports, principal, id);
    for (const site of branches.sites) checkMayChange(principal, site);
    const state = steered(rollout, to);
    if (state === null) throw new SerenoError('rollout_over');
    if (state === rollout.state) return rollout;
    const accepted = state === 'running' ? rollout.counts.failed : rollout.accepted;
    if (!(await ports.rollouts.change(rollout, { state, accepted }))) continue;
    log.info('roll-out steered', { rollout: rollout.id, to, by: principal.subject });
    return { ...rollout, state, accepted };
  }
  throw new Error('the roll-out changes all the time');
}
