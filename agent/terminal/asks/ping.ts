// `device.ping`: the terminal answers, and shows this time.
import { readTime } from '../../zk/time.ts';
import type { Ask } from './ask.ts';

/** An empty `device_time` is a clock that shows a date that never was: the terminal answers all the same. */
export const ping: Ask<'device.ping'> = async (_args, { terminal, signal }) => {
  const deviceTime = await terminal.read((conversation) => readTime(conversation, { signal }), signal);
  return { data: { device_time: deviceTime ?? '', ip: terminal.device.host }, verified: 'readback' };
};
