// The things that happen in a fleet and are counted one by one.

export const HAPPENINGS = [
  'change',
  'question',
  'list',
  'punch',
  'person',
  'rule',
  'reconnect',
  'hello',
  'sameHello',
  'sweep',
  'alert',
  'deliver',
  'keep',
  'jobs',
] as const;
export type Happening = (typeof HAPPENINGS)[number];

export function isHappening(name: string): name is Happening {
  return (HAPPENINGS as readonly string[]).includes(name);
}
