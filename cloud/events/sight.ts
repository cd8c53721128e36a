// What a caller may see of events: those of branches that he sees, and those of no branch at all.

/** Whether a caller sees a branch. */
export type Sees = (site: string) => boolean;

export interface Sight {
  readonly tenant: string;
  readonly sees: Sees;
}
