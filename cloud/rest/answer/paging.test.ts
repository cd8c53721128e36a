// Pages of the directory's lists: nothing twice, nothing left out, and never more than an answer can carry.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { catalogue } from '../../../shared/catalogue.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { branchOf } from '../../directory/fleet.ts';
import { summaryOf } from '../../directory/summary.ts';
import { PAGE_ROWS, pageOf } from './paging.ts';
import { deviceView, siteView } from './views.ts';

/** Lambda's limit on an answer. */
const ANSWER_BYTES = 6 * 1024 * 1024;
/** Three bytes in UTF-8 for one of the characters that limits count. */
const WIDE = '漢';

test('pages, one after the other, make up the list, whatever the limit', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '-', '1'), minLength: 1, maxLength: 5 })),
      fc.integer({ min: 1, max: 7 }),
      (keys, limit) => {
        const rows = keys.toSorted();
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const { total, page, more } = pageOf(rows, (row) => row, z.string(), { limit, cursor });
          expect(total).toBe(rows.length);
          expect(page.length).toBeLessThanOrEqual(limit);
          seen.push(...page);
          cursor = more.next_cursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(rows);
      },
    ),
  );
});

test('a page never exceeds its maximum, whatever limit is given', () => {
  const rows = Array.from({ length: PAGE_ROWS + 1 }, (_, number) => String(number).padStart(5, '0'));
  for (const wanted of [{}, { limit: 5000 }]) {
    const { page, more } = pageOf(rows, (row) => row, z.string(), wanted);
    expect(page).toHaveLength(PAGE_ROWS);
    expect(more.next_cursor).toBeDefined();
  }
});

test('a page of the longest rows there can be fits into an answer', () => {
  const ids = (count: number, reachable: boolean | null) =>
    Array.from({ length: count }, (_, index) => ({ id: `${reachable}${index}`.padEnd(64, 'x'), reachable }));
  const site = {
    site: 's'.repeat(32),
    name: WIDE.repeat(256),
    connected: true,
    agentVersion: WIDE.repeat(64),
    lastHello: 1,
    since: 1,
    createdAt: 1,
    terminals: summaryOf(
      ids(500, false),
      ids(40, null).map(({ id }) => id),
    ),
    disk: { free: 2 ** 52, total: 2 ** 52 },
    journalDepth: 2 ** 52,
    clockOffsetMs: 2 ** 52,
    diskLowSince: 1,
    clockOffSince: 1,
  };
  const long = Object.fromEntries(
    ['device', 'address', 'serial', 'expected', 'problem', 'reason', 'what', 'asked', 'reply', 'user_id'].map(
      (place) => [place, WIDE.repeat(256)],
    ),
  );
  const size = (rows: object) => Buffer.byteLength(JSON.stringify(rows)) * PAGE_ROWS;
  for (const code of Object.keys(catalogue) as ErrorCode[]) {
    const device = {
      id: 'd'.repeat(64),
      site: site.site,
      name: WIDE.repeat(128),
      host: WIDE.repeat(255),
      port: 65535,
      source: 'file' as const,
      timezone: WIDE.repeat(64),
      reachable: true,
      lastSeen: 1,
      state: 'swapped' as const,
      since: 1,
      reason: { code, params: long },
      serial: 's'.repeat(64),
      createdAt: 1,
      updatedAt: 1,
    };
    for (const language of ['es', 'en'] as const) {
      expect([code, size(deviceView(device, site, language)) < ANSWER_BYTES]).toEqual([code, true]);
    }
  }
  expect(size(siteView(branchOf(site, 2), 2))).toBeLessThan(ANSWER_BYTES);
});
