import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { asked, Command, type CommandName, Event, Reply } from './commands.ts';

const numbers = z.record(z.string(), z.number());
const { COMMANDS } = z
  .object({ COMMANDS: numbers })
  .parse(createRequire(import.meta.url)('zkteco-js/src/helper/command.js'));

/** Our name → the name in zkteco-js. `readTemplate` (88) is unknown there, `writeUsers` (110) too. */
const THEIRS: Record<Exclude<CommandName, 'readTemplate' | 'writeUsers'>, string> = {
  readTemplates: 'CMD_DB_RRQ',
  writeUser: 'CMD_USER_WRQ',
  readUsers: 'CMD_USERTEMP_RRQ',
  readOption: 'CMD_OPTIONS_RRQ',
  writeOption: 'CMD_OPTIONS_WRQ',
  readAttendance: 'CMD_ATTLOG_RRQ',
  clearData: 'CMD_CLEAR_DATA',
  clearAttendance: 'CMD_CLEAR_ATTLOG',
  deleteUser: 'CMD_DELETE_USER',
  deleteTemplate: 'CMD_DELETE_USERTEMP',
  clearOplog: 'CMD_CLEAR_OPLOG',
  readOplog: 'CMD_OPLOG_RRQ',
  readCounters: 'CMD_GET_FREE_SIZES',
  startVerify: 'CMD_STARTVERIFY',
  startEnrol: 'CMD_STARTENROLL',
  cancelCapture: 'CMD_CANCELCAPTURE',
  writeTemplate: 'CMD_TMP_WRITE',
  checkBuffer: 'CMD_CHECKSUM_BUFFER',
  deleteFinger: 'CMD_DEL_FPTMP',
  readTime: 'CMD_GET_TIME',
  writeTime: 'CMD_SET_TIME',
  registerEvents: 'CMD_REG_EVENT',
  connect: 'CMD_CONNECT',
  exit: 'CMD_EXIT',
  enable: 'CMD_ENABLEDEVICE',
  disable: 'CMD_DISABLEDEVICE',
  refreshData: 'CMD_REFRESHDATA',
  refreshOptions: 'CMD_REFRESHOPTION',
  readFirmware: 'CMD_GET_VERSION',
  authenticate: 'CMD_AUTH',
  prepareData: 'CMD_PREPARE_DATA',
  data: 'CMD_DATA',
  freeData: 'CMD_FREE_DATA',
  prepareRead: 'CMD_DATA_WRRQ',
  readChunk: 'CMD_DATA_RDY',
};

const REPLIES: Record<keyof typeof Reply, string> = {
  ok: 'CMD_ACK_OK',
  error: 'CMD_ACK_ERROR',
  unauthorized: 'CMD_ACK_UNAUTH',
  unknown: 'CMD_ACK_UNKNOWN',
  errorCommand: 'CMD_ACK_ERROR_CMD',
  errorInit: 'CMD_ACK_ERROR_INIT',
  errorData: 'CMD_ACK_ERROR_DATA',
};

const EVENTS: Record<keyof typeof Event, string> = {
  attendance: 'EF_ATTLOG',
  finger: 'EF_FINGER',
  enrolUser: 'EF_ENROLLUSER',
  enrolFinger: 'EF_ENROLLFINGER',
  button: 'EF_BUTTON',
  unlock: 'EF_UNLOCK',
  verify: 'EF_VERIFY',
  fingerSample: 'EF_FPFTR',
  alarm: 'EF_ALARM',
};

test.each([
  ['commands', Command, THEIRS],
  ['replies', Reply, REPLIES],
  ['events', Event, EVENTS],
])('the numbers of %s are those of zkteco-js', (_what, ours: Record<string, number>, theirs) => {
  for (const [name, theirName] of Object.entries(theirs)) {
    expect([name, ours[name]]).toEqual([name, COMMANDS[theirName]]);
  }
});

test('a command is asked for in words and number', () => {
  expect(asked('writeUser')).toBe('write user (8)');
  expect(asked('connect')).toBe('connect (1000)');
});
