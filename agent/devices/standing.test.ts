import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import { type News, type Standing, standingAfter, untried } from './standing.ts';

const SAYS: readonly (readonly [ErrorCode, Standing['state']])[] = [
  ['device_unreachable', 'offline'],
  ['comm_key_refused', 'refused'],
  ['device_refused', 'refused'],
  ['device_protocol', 'refused'],
  ['device_swapped', 'swapped'],
];
const SILENT: readonly ErrorCode[] = ['expired', 'cancelled', 'agent_storage', 'internal', 'user_not_found'];

const contact = (code: ErrorCode | null): News => ({
  kind: 'contact',
  failure: code === null ? null : new SerenoError(code, { params: { device: 'd' } }),
});
const held = (reason: Phrase | null): News => ({
  kind: 'held',
  by: reason === null ? null : new SerenoError('device_busy', { params: { device: 'd', reason } }),
});
const play = (...news: News[]) =>
  news.reduce((standing, each, at) => standingAfter(standing, each, at + 1), untried(0));

describe('how a terminal stands', () => {
  it('is unknown until somebody has tried', () => {
    expect(untried(7)).toMatchObject({ state: 'unknown', since: 7, reason: null, lastSeen: null });
  });

  it.each(SAYS)('follows the last contact: %s is %s', (code, state) => {
    expect(play(contact(null), contact(code))).toMatchObject({
      state,
      since: 2,
      lastSeen: 1,
      reason: { code, params: { device: 'd' } },
    });
    expect(play(contact(code), contact(null))).toMatchObject({ state: 'online', since: 2, reason: null });
  });

  it.each(SILENT)('is not changed by %s, which says nothing of the terminal', (code) => {
    expect(play(contact(null), contact(code))).toMatchObject({ state: 'online', since: 1 });
  });

  it('is busy while something holds it, and what it was before afterwards', () => {
    const busy = play(contact(null), held('@busy_enrolling'));
    expect(busy).toMatchObject({
      state: 'busy',
      since: 2,
      reason: { code: 'device_busy', params: { reason: '@busy_enrolling' } },
    });
    expect(standingAfter(busy, held(null), 9)).toMatchObject({ state: 'online', since: 9, reason: null });
  });

  it('is not called busy for what waits for a terminal that cannot be used', () => {
    expect(play(held('@busy_waiting'), contact('device_unreachable'))).toMatchObject({ state: 'offline' });
  });

  it('gives a new reason without a new beginning where the state stays', () => {
    const { since, reason } = play(contact('comm_key_refused'), contact('device_protocol'));
    expect([since, reason?.code]).toEqual([1, 'device_protocol']);
  });

  const anyNews = fc.oneof(
    fc.constantFrom(null, ...SAYS.map(([code]) => code), ...SILENT).map(contact),
    fc.constantFrom<(Phrase | null)[]>(null, '@busy_enrolling', '@busy_waiting').map(held),
  );

  it('depends on the last contact that tells and on what holds it, never on the way there', () => {
    fc.assert(
      fc.property(fc.array(anyNews), (news) => {
        const told = news.findLast(
          ({ kind, ...rest }) =>
            kind === 'contact' &&
            !SILENT.includes((rest as { failure: SerenoError | null }).failure?.code as ErrorCode),
        );
        const holds = news.findLast(({ kind }) => kind === 'held');
        const short = [told, holds].filter((each) => each !== undefined);
        const { state, reason } = play(...news);
        expect({ state, reason }).toEqual({ state: play(...short).state, reason: play(...short).reason });
      }),
    );
  });

  it('began when the state last changed, and has a reason exactly where the state does not say all', () => {
    fc.assert(
      fc.property(fc.array(anyNews), (news) => {
        let standing = untried(0);
        let began = 0;
        for (const [at, each] of news.entries()) {
          const next = standingAfter(standing, each, at + 1);
          if (next.state !== standing.state) began = at + 1;
          expect(next.since).toBe(began);
          expect(next.reason === null).toBe(['online', 'unknown'].includes(next.state));
          expect(next.lastSeen ?? 0).toBeGreaterThanOrEqual(standing.lastSeen ?? 0);
          standing = next;
        }
      }),
    );
  });
});
