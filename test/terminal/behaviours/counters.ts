// Command 50: how much is stored and how much fits.
import { answer, type Behaviour } from '../behaviour.ts';
import { encodeCounters } from '../counters.ts';
import { Command } from '../protocol.ts';

export const counterBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.counters, { name: 'counters', run: ({ device }) => answer(encodeCounters(device.state)) }],
];
