// What a conversation is used for, and what may follow what on one: two tables, of all that there is to know about it.

/**
 * - `ask`: questions, and the few exchanges by which a question changes something
 * - `write`: writes of users, in locked windows
 * - `enrol`: somebody is asked for a finger, and the terminal tells how far it is
 * - `live`: the terminal tells of punches by itself, for as long as the conversation lasts
 */
export type Mode = 'ask' | 'write' | 'enrol' | 'live';

/** What has been done on a conversation, as far as it matters to what comes next. */
export type Past = 'plain' | 'enrolled' | 'live';

/**
 * What becomes of a conversation on which `mode` follows its past; `anew`: it is ended, and another one begun. A live one is
 * handed over as it is to whatever comes and goes on telling meanwhile, but for an enrolment: its events and those of
 * punches would be told to each other's listeners.
 */
export const NEXT: Readonly<Record<Past, Readonly<Record<Mode, Past | 'anew'>>>> = {
  plain: { ask: 'plain', write: 'plain', enrol: 'enrolled', live: 'live' },
  enrolled: { ask: 'enrolled', write: 'enrolled', enrol: 'enrolled', live: 'anew' },
  live: { ask: 'live', write: 'live', enrol: 'anew', live: 'live' },
};

/** What becomes of a conversation that nobody uses: ended after a moment, or kept open for what it tells. */
export const AT_REST: Readonly<Record<Past, 'end' | 'stay'>> = {
  plain: 'end',
  enrolled: 'end',
  live: 'stay',
};
