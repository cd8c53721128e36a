// Every type of problem, told of a branch that an operator does not see, and of a company with branches of the same names.
// A new type is included without a change here.
import { expect, test } from 'vitest';
import { PROBLEM_TYPES } from './kinds.ts';
import { Bench, MINUTE } from './testing/bench.ts';
import { sentenceOf } from './texts.ts';

const bench = new Bench();

test.each(PROBLEM_TYPES)('%s is told to those who see its branch, and to nobody else', async (type) => {
  const medias = (address: string) => [bench.media('1', address)];
  const only = (site: string) => [{ site, permission: 'write' } as const];
  const [own, other] = [bench.tenant, `${bench.tenant}-b`];
  bench.tenant = other;
  await bench.operator('head', { medias: medias('head-of-other@example.com'), role: { type: 3 } });
  await bench.operator('sur', { medias: medias('sur-of-other@example.com'), sites: only('sur') });
  await bench.run();
  bench.tenant = own;
  await bench.operator('head', { medias: medias('head@example.com'), role: { type: 3 } });
  await bench.operator('norte', { medias: medias('norte@example.com'), sites: only('norte') });
  await bench.operator('sur', { medias: medias('sur@example.com'), sites: only('sur') });
  await bench.run();

  const event = bench.happening(type);
  const isOfBranch = event.site !== undefined;
  await bench.tell(isOfBranch ? { ...event, site: 'sur' } : event);
  await bench.pass(3 * MINUTE);
  bench.tenant = other;
  await bench.pass(3 * MINUTE);
  const told = bench.mail.got.flatMap(({ to }) => to).sort();
  expect(told).toEqual(isOfBranch ? ['head@example.com', 'sur@example.com'] : ['head@example.com']);
});

test.each(PROBLEM_TYPES)('%s has a sentence in both languages, with every place filled', (type) => {
  const event = bench.happening(type);
  const { site = '', device = '' } = event;
  const detail = event.data as Record<string, string>;
  const change = { key: 'k', type, at: 0, site, device, detail, times: 1, state: 'problem' } as const;
  const [es, en] = [sentenceOf(change, 'es'), sentenceOf(change, 'en')];
  for (const sentence of [es, en]) expect(sentence).toMatch(/^\S[^{}]+$/);
  expect(es).not.toBe(en);
});
