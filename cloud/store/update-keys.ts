// The keys of what is done about updates of agents: reminders, and roll-outs.
import type { RowKey } from './keys.ts';

function rolloutPk(tenant: string, id: string): string {
  return `T#${tenant}#RO#${id}`;
}

export const updateKeys = {
  /** That the agent of a branch may not have heard of an update that is wanted of it. */
  reminder: (tenant: string, site: string): RowKey => ({ pk: `T#${tenant}`, sk: `U#${site}` }),
  rollout: (tenant: string, id: string): RowKey => ({ pk: rolloutPk(tenant, id), sk: 'H' }),
  /** Its branches, and how each stands. */
  branches: (tenant: string, id: string): RowKey => ({ pk: rolloutPk(tenant, id), sk: 'L' }),
  /** Which roll-out of the company is not over yet. */
  openRollout: (tenant: string): RowKey => ({ pk: `T#${tenant}`, sk: 'RO' }),
};

/** Attributes of the table's index. */
export const updateIndex = {
  reminders: 'UPDATES',
  reminder: (tenant: string, site: string) => ({ opsPk: 'UPDATES', opsSk: `${tenant}#${site}` }),
  /** The roll-outs of a company, by time. */
  ofTenant: (tenant: string, id: string) => ({ opsPk: `T#${tenant}#RO`, opsSk: id }),
  /** Those of all companies about which something is left to do. */
  open: (tenant: string, id: string) => ({ opsPk: 'ROLLOUTS', opsSk: `${tenant}#${id}` }),
};
