// Users that a part of a job has changed, told in the feed as those are that single calls change.
import type { EventType } from '../../shared/domain/event-types.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { Head, JobItem, Part, PartItems, Result } from './model.ts';

function typeOf({ do: does }: JobItem, { made }: Result): EventType {
  if (does === 'delete') return 'user.deleted';
  return made === true ? 'user.created' : 'user.updated';
}

/** One for each item that was done, under the same id however often it is told. */
export function changesOf(
  head: Head,
  part: Part,
  { items, results = [] }: PartItems,
  at: number,
): Happening[] {
  const { site, device } = part;
  return items.flatMap((item, index): Happening[] => {
    const [asked, result] = [head.items[item], results[index]];
    if (asked === undefined || result?.status !== 'ok') return [];
    return [
      {
        id: `job_${head.id.toLowerCase()}_${item}_${device}`,
        type: typeOf(asked, result),
        at,
        site,
        device,
        data: { device_id: device, site, user_id: asked.user_id, by: 'api', operation_id: head.id },
      },
    ];
  });
}
