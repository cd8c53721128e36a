// Numbers of the ZK protocol that the simulated terminal knows: commands, answers, events (docs/protocol.md, Commands that are used).

/** What a client may ask. */
export const Command = {
  readTemplatePure: 9,
  writeUser: 8,
  readOption: 11,
  writeOption: 12,
  clearData: 14,
  clearAttendance: 15,
  deleteUser: 18,
  deleteFinger: 19,
  clearOplog: 33,
  counters: 50,
  startVerify: 60,
  startEnrol: 61,
  cancelCapture: 62,
  uploadTemplate: 87,
  readTemplate: 88,
  writeUsers: 110,
  checksumBuffer: 119,
  deleteFingerByUserId: 134,
  getTime: 201,
  setTime: 202,
  registerEvents: 500,
  connect: 1000,
  exit: 1001,
  enable: 1002,
  disable: 1003,
  restart: 1004,
  refreshData: 1013,
  refreshOptions: 1014,
  firmware: 1100,
  auth: 1102,
  prepareData: 1500,
  data: 1501,
  freeData: 1502,
  prepareRead: 1503,
  readChunk: 1504,
} as const;

/** What the terminal may answer; everything but `ok`, `prepareData` and `data` is a refusal. */
export const Reply = {
  ok: 2000,
  error: 2001,
  unauthorized: 2005,
  unknown: 65535,
  badCommand: 65533,
  notConnected: 65532,
  badData: 65531,
  prepareData: 1500,
  data: 1501,
  event: 500,
} as const;

/** Event codes; each is also its bit in the mask that a client registers for. */
export const Event = {
  attendance: 1,
  finger: 2,
  enrolled: 8,
  button: 16,
  sample: 256,
} as const;

/** Data bytes in one 1501 datagram. */
export const UDP_DATA_BYTES = 1024;

/** Most data bytes in one 1501 that a client sends. */
export const UPLOAD_BYTES = 1024;

/** Reply ids run 0–65534. */
export const REPLY_IDS = 65_535;
