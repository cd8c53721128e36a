// The keys of what is done about updates of agents: reminders, and roll-outs.
import type { RowKey } from './keys.ts';

export const updateKeys = {
  /** That the agent of a branch may not have heard of an update that is wanted of it. */
  reminder: (tenant: string, site: string): RowKey => ({ pk: `T#${tenant}`, sk: `U#${site}` }),
};

/** Attributes of the table's index. */
export const updateIndex = {
  reminders: 'UPDATES',
  reminder: (tenant: string, site: string) => ({ opsPk: 'UPDATES', opsSk: `${tenant}#${site}` }),
};
