// `device.ping`: the terminal answers, and shows this time.
import { readTime } from '../../zk/time.ts';
import type { Ask } from './ask.ts';

/** `device_time` is empty if the clock shows an impossible date: the terminal has still answered. */
export const ping: Ask<'device.ping'> = async (_args, { terminal, signal }) => {
  const deviceTime = await terminal.read((conversation) => readTime(conversation, { signal }), signal);
  return { data: { device_time: deviceTime ?? '', ip: terminal.device.host }, verified: 'readback' };
};
