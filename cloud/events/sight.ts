// What a caller may see of events: those of branches that he sees, and where he sees all, those of none.

/** Whether a caller sees a branch. */
export type Sees = (site: string) => boolean;

export interface Sight {
  readonly tenant: string;
  readonly sees: Sees;
  /** Whether he sees every branch, and so what is of none. */
  readonly seesAll: boolean;
}
