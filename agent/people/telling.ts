// What is told of a person at a terminal: each thing once, under an id that is the same if a crash lets it be told again.
import { createHash } from 'node:crypto';
import { withoutUnshown } from '../../shared/domain/agent-text.ts';
import type { DriftField } from '../../shared/domain/wanted-person.ts';
import type { ErrorParams } from '../../shared/errors.ts';
import type { PersonEvent } from '../../shared/wire/events.ts';
import type { Wanted } from './wanted.ts';

export type News =
  | { readonly type: 'person.in_step' }
  | { readonly type: 'person.drift' | 'person.repaired'; readonly fields: readonly DriftField[] }
  | { readonly type: 'person.refused'; readonly code: string; readonly params: ErrorParams };

/** As it is remembered that it was told. */
export function wordOf(news: News): string {
  if (news.type === 'person.refused') return `refused ${news.code}`;
  if (news.type === 'person.drift') return `drift ${news.fields.join()}`;
  return 'in_step';
}

/** True if this is to be told of somebody of whom `told` was told last. What was put right is always news. */
export function isNews({ told }: Wanted, news: News): boolean {
  return news.type === 'person.repaired' || told !== wordOf(news);
}

export function eventOf(store: string, wanted: Wanted, news: News, at: number): PersonEvent {
  const { device, person, version, userId, tells, want } = wanted;
  const name = JSON.stringify([store, device, person, version, tells, news.type, wordOf(news)]);
  const digest = createHash('sha256').update(name).digest('hex');
  return {
    id: `psn_${digest.slice(0, 32)}`,
    device,
    person,
    version,
    user_id: withoutUnshown(userId, 32),
    there: want !== null,
    at,
    ...detailsOf(news),
  };
}

function detailsOf(news: News): Pick<PersonEvent, 'type' | 'fields' | 'code' | 'params'> {
  if (news.type === 'person.in_step') return { type: news.type };
  if (news.type !== 'person.refused') return { type: news.type, fields: [...news.fields] };
  const { type, code, params } = news;
  const shown = Object.entries(params).flatMap(([place, value]): [string, string | number][] => {
    if (typeof value === 'number') return [[place, value]];
    return typeof value === 'string' ? [[place, withoutUnshown(value, 256)]] : [];
  });
  return { type, code, params: Object.fromEntries(shown) };
}
