// Wishes for updates in the store: in the row of the branch, and a reminder beside it until its agent is known to have heard of it.

import type { SiteAddress } from '../../shared/wire/topics.ts';
import type { UpdateWish } from '../directory/update.ts';
import { assignments } from '../store/expressions.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { updateIndex, updateKeys } from '../store/update-keys.ts';

/** A branch whose agent may not have heard of a wish. */
export interface Reminder extends SiteAddress {
  /** Epoch ms. */
  readonly at: number;
}

export class Wishes {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Puts the wish in the place of `was`; false where another is there by now, or the branch is gone. */
  put(at: SiteAddress, wish: UpdateWish, was: string | undefined): Promise<boolean> {
    return this.#table.updateIf(keys.site(at.tenant, at.site), {
      set: '#update = :wish',
      condition: `attribute_exists(pk) AND ${was === undefined ? 'attribute_not_exists(#update)' : '#update.#id = :was'}`,
      values: { wish: defined(wish), was },
    });
  }

  /** Notes that the agent is told now; false where something else is wanted by now. */
  noteTold(at: SiteAddress, id: string, now: number): Promise<boolean> {
    return this.#table.updateIf(keys.site(at.tenant, at.site), {
      set: '#updateTold = :told',
      condition: '#update.#id = :id',
      values: { told: { id, at: now }, id },
    });
  }

  /** Takes a wish back of which nobody has told the agent anything; false where somebody has, or something else is wanted. */
  withdraw(at: SiteAddress, id: string): Promise<boolean> {
    return this.#table.updateIf(keys.site(at.tenant, at.site), {
      remove: '#update',
      condition:
        '#update.#id = :id AND (attribute_not_exists(#updateTold) OR #updateTold.#id <> :id)' +
        ' AND (attribute_not_exists(#updateHeard) OR #updateHeard.#id <> :id)',
      values: { id },
    });
  }

  /** To be looked after, also where whoever has put the wish is killed. */
  async remind({ tenant, site }: SiteAddress, now: number): Promise<void> {
    const reminder = { tenant, site, at: now, ...updateIndex.reminder(tenant, site) };
    await this.#table.change(updateKeys.reminder(tenant, site), {
      set: assignments(reminder),
      values: reminder,
    });
  }

  /** What is to be looked after; what changed within the last moment may not show yet. */
  async reminders(): Promise<Reminder[]> {
    const rows = await this.#table.query({
      index: true,
      pk: updateIndex.reminders,
      only: ['tenant', 'site', 'at'],
    });
    return rows.map(({ tenant, site, at }) => ({
      tenant: String(tenant),
      site: String(site),
      at: Number(at),
    }));
  }

  /** Unless it was put again meanwhile. */
  async forget({ tenant, site, at }: Reminder): Promise<void> {
    const condition = 'attribute_not_exists(pk) OR #at = :at';
    await this.#table.deleteIf(updateKeys.reminder(tenant, site), { condition, values: { at } });
  }
}

/** The store takes no undefined values. */
function defined(wish: UpdateWish): object {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}
