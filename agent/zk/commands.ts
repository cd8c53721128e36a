// The numbers of the ZK protocol: commands, answers and events, each with the words people know it by.

/** Requests. The numbers are those of the vendor's SDK documents and of zkteco-js, against which a test checks them. */
export const Command = {
  readTemplates: 7,
  writeUser: 8,
  readUsers: 9,
  readOption: 11,
  writeOption: 12,
  readAttendance: 13,
  clearData: 14,
  clearAttendance: 15,
  deleteUser: 18,
  deleteTemplate: 19,
  clearOplog: 33,
  readOplog: 34,
  readCounters: 50,
  startVerify: 60,
  startEnrol: 61,
  cancelCapture: 62,
  writeTemplate: 87,
  readTemplate: 88,
  writeUsers: 110,
  checkBuffer: 119,
  deleteFinger: 134,
  readTime: 201,
  writeTime: 202,
  registerEvents: 500,
  connect: 1000,
  exit: 1001,
  enable: 1002,
  disable: 1003,
  refreshData: 1013,
  refreshOptions: 1014,
  readFirmware: 1100,
  authenticate: 1102,
  prepareData: 1500,
  data: 1501,
  freeData: 1502,
  prepareRead: 1503,
  readChunk: 1504,
} as const;

export type CommandName = keyof typeof Command;

/** Answers. 1500 and 1501 answer too, see `Command`. */
export const Reply = {
  ok: 2000,
  error: 2001,
  unauthorized: 2005,
  unknown: 65535,
  errorCommand: 65533,
  errorInit: 65532,
  errorData: 65531,
} as const;

/** Event codes, carried in the session field of a 500 frame; also the bits of the mask that asks for them. */
export const Event = {
  attendance: 1,
  finger: 2,
  enrolUser: 4,
  enrolFinger: 8,
  button: 16,
  unlock: 32,
  verify: 128,
  fingerSample: 256,
  alarm: 512,
} as const;

/** A command in words for errors and logs: `write user (8)`. */
export function asked(name: CommandName): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words} (${Command[name]})`;
}

const names = Object.keys(Command) as CommandName[];

/** The command that such words are of, whatever is added behind them; null for other words. */
export function commandAsked(words: string): CommandName | null {
  return names.find((name) => words.startsWith(asked(name))) ?? null;
}
