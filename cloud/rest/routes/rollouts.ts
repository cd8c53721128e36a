// What the routes of roll-outs answer.
import type { RolloutDetail, RolloutView } from '../../../shared/api/rollouts.ts';
import { type PlacingPorts, placeRollout } from '../../updates/placing.ts';
import type { Rollout } from '../../updates/rollout.ts';
import { rolloutOf, rolloutsOf, steer } from '../../updates/steering.ts';
import { ok } from '../answer/answer.ts';
import { message } from '../answer/messages.ts';
import type { Call, Handler } from '../request/call.ts';

export type RolloutRoutePorts = PlacingPorts;

type RolloutRoute =
  | 'rolloutCreate'
  | 'rolloutList'
  | 'rolloutGet'
  | 'rolloutPause'
  | 'rolloutResume'
  | 'rolloutCancel';

/** Branches of a kind that an answer names. */
const MOST_NAMED = 1000;

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function viewOf({ id, version, state, steps, step, stopAfter, minutes, ...rest }: Rollout): RolloutView {
  const { counts } = rest;
  const { pending = 0, waiting = 0, under_way = 0, updated = 0, failed = 0, skipped = 0 } = counts;
  return {
    ...{ id, version, state, steps, minutes, step: step + 1, stop_after_failures: stopAfter },
    counts: {
      total: pending + waiting + under_way + updated + failed + skipped,
      ...{ pending, waiting, under_way, updated, failed, skipped },
    },
    counted_at: instant(rest.countedAt),
    created_at: instant(rest.createdAt),
    ends_at: instant(rest.endsAt),
    ended_at: rest.endedAt === null ? null : instant(rest.endedAt),
  };
}

function steering<N extends 'rolloutPause' | 'rolloutResume' | 'rolloutCancel'>(
  name: N,
  to: Parameters<typeof steer>[3],
): Handler<N, RolloutRoutePorts> {
  return async (ports, { principal, params, language }: Call<N>) => {
    const rollout = await steer(ports, principal as Call<'rolloutPause'>['principal'], params.id ?? '', to);
    return ok({ message: message(name, language, {} as never), data: viewOf(rollout) });
  };
}

export const rolloutHandlers: { readonly [N in RolloutRoute]: Handler<N, RolloutRoutePorts> } = {
  rolloutCreate: async (ports, { principal, body, language }) => {
    const { version, url, sha256, sites = [], groups = [], all = false } = body;
    const { steps = [100], minutes = 0, stop_after_failures: stopAfter = 1 } = body;
    const asked = { version, url, sha256, sites, groups, all, steps, minutes, stopAfter };
    const rollout = await placeRollout(ports, principal, asked);
    return ok({ message: message('rolloutCreate', language, { version }), data: viewOf(rollout) });
  },
  rolloutList: async (ports, { principal }) => {
    const all = await rolloutsOf(ports, principal);
    return ok({ total: all.length, data: all.map(viewOf) });
  },
  rolloutGet: async (ports, { principal, params }) => {
    const { rollout, branches } = await rolloutOf(ports, principal, params.id ?? '');
    const named = (state: 'failed' | 'skipped') =>
      branches.sites
        .flatMap((site, index) => {
          const outcome = branches.outcomes[index];
          return outcome?.state === state
            ? [{ site, ...(outcome.reason && { reason: outcome.reason }) }]
            : [];
        })
        .slice(0, MOST_NAMED);
    const data = { ...viewOf(rollout), failed: named('failed'), skipped: named('skipped') } as RolloutDetail;
    return ok({ data });
  },
  rolloutPause: steering('rolloutPause', 'pause'),
  rolloutResume: steering('rolloutResume', 'resume'),
  rolloutCancel: steering('rolloutCancel', 'cancel'),
};
