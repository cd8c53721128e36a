import { expect, test } from 'vitest';
import { npmSwallowed } from './npm-swallowed.ts';

const OPTIONS = ['port', 'data', 'agent', 'fresh'];

test('options that npm kept are told with the line that works', () => {
  expect(npmSwallowed(OPTIONS, ['9000'], { npm_config_port: 'true' })).toEqual({
    names: '--port',
    line: '--port 9000',
  });
  expect(npmSwallowed(OPTIONS, [], { npm_config_port: '9000' })?.line).toBe('--port 9000');
  expect(npmSwallowed(OPTIONS, ['x'], { npm_config_fresh: 'true', npm_config_data: 'true' })).toEqual({
    names: '--data and --fresh',
    line: '--data x --fresh',
  });
});

test('options that came through, and npm’s own settings, are nothing to tell', () => {
  const env = { npm_config_user_agent: 'npm/11', npm_config_userconfig: '/x' };
  expect(npmSwallowed(OPTIONS, ['--port', '9000'], env)).toBeNull();
});
