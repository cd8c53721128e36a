import { expect, test } from 'vitest';
import { troubleOf } from './troubles.ts';

const told = (entry: object) => troubleOf(JSON.stringify({ level: 30, ...entry }));

test('a terminal that refuses the comm key is told with its id and the next step', () => {
  const entry = {
    device: 'norte',
    state: 'refused',
    reason: 'comm_key_refused',
    msg: 'terminal is refused',
  };
  expect(told(entry)).toMatch(
    /^Terminal 'norte' is refused: .*norte.* Set 'comm_key' of this device in agent\.yaml/,
  );
});

test('a terminal whose words make no sense is not told to be of another comm key', () => {
  const entry = {
    device: 'norte',
    state: 'refused',
    reason: 'device_protocol',
    problem: '@answer_garbled',
    asked: '@asked_connect',
    msg: 'terminal is refused',
  };
  expect(told(entry)).toMatch(/cannot be understood.* Is a terminal what answers there\?/);
  expect(told(entry)).not.toContain('comm_key');
});

test('a command that failed is told with what, where and the code', () => {
  const entry = {
    op: 'user.put',
    device: 'norte',
    status: 'error',
    code: 'limit_exceeded',
    msg: 'command settled',
  };
  expect(told(entry)).toBe("user.put at 'norte' failed: limit_exceeded.");
  expect(told({ ...entry, status: 'ok' })).toBeNull();
});

test('what goes well, and lines that are none of the log, are not told', () => {
  expect(told({ device: 'norte', state: 'online', msg: 'terminal is online' })).toBeNull();
  for (const line of ['', 'Error: stack', '[1]', 'null']) expect(troubleOf(line)).toBeNull();
});
