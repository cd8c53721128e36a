// Bytes that are no answer: noise, a frame of absurd length, a frame too short to be one, a wrong checksum.
import { tcpFrame } from './framing.ts';
import type { Random } from './random.ts';

/** One of the kinds, by the terminal's own dice. */
export function garbage(random: Random, transport: 'tcp' | 'udp'): Buffer {
  const noise = random.bytes(random.between(1, 64));
  if (transport === 'udp') return noise;
  const absurd = tcpFrame(noise);
  absurd.writeUInt32LE(0xffff_fff0, 4);
  const header = Buffer.from([0xd0, 0x07, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff]);
  return random.pick([noise, absurd, tcpFrame(noise.subarray(0, 4)), tcpFrame(header)]);
}
