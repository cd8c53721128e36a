// What a fault makes of one request: whether it is carried out, and what is answered.
import type { Fault } from './faults.ts';

export interface Plan {
  /** When the terminal falls silent for a while. */
  readonly wait: 'before' | 'after' | 'never';
  readonly effect: boolean;
  readonly answer:
    | 'true'
    | 'none'
    | 'acknowledged'
    | 'refused'
    | 'garbage'
    | 'twice'
    | 'again'
    | 'cut'
    | 'close';
}

const NO_FAULT: Plan = { wait: 'never', effect: true, answer: 'true' };

export function planOf(fault: Fault | null): Plan {
  if (fault === null) return NO_FAULT;
  const effect = fault.when === 'after-effect';
  switch (fault.kind) {
    case 'stall':
    case 'delay':
      return { wait: effect ? 'after' : 'before', effect: true, answer: 'true' };
    case 'drop':
      return { wait: 'never', effect, answer: 'none' };
    case 'apply-without-ack':
      return { wait: 'never', effect: true, answer: 'none' };
    case 'ack-without-effect':
      return { wait: 'never', effect: false, answer: 'acknowledged' };
    case 'refuse':
      return { wait: 'never', effect, answer: 'refused' };
    case 'cut':
      return { wait: 'never', effect, answer: 'cut' };
    case 'silent-close':
      return { wait: 'never', effect, answer: 'close' };
    case 'garbage':
      return { wait: 'never', effect, answer: 'garbage' };
    case 'duplicate':
      return { wait: 'never', effect: true, answer: 'twice' };
    case 'request-twice':
      return { wait: 'never', effect: true, answer: 'again' };
    // These strike elsewhere: at admission, and while the answer goes out.
    case 'full':
    case 'cut-after-bytes':
    case 'lose-frame':
    case 'double-frame':
    case 'late-frame':
      return NO_FAULT;
  }
}
