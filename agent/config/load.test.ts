import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from './load.ts';

const parse = (text: string, env: NodeJS.ProcessEnv = {}) => parseConfig(text, '/etc/sereno/agent.yaml', env);

describe('agent.yaml', () => {
  it('fills in every default', () => {
    const config = parse('site: casa-matriz\ndevices:\n  - id: principal\n    host: 192.168.1.201\n');
    expect(config).toMatchObject({
      tenant: 'local',
      site: 'casa-matriz',
      dataDir: '/etc/sereno/data',
      undoDays: 30,
    });
    expect(config.devices[0]).toMatchObject({
      id: 'principal',
      name: 'principal',
      port: 4370,
      commKey: 0,
      transport: 'tcp',
      timeoutMs: 5000,
      roster: 'cached',
      encoding: 'utf-8',
      source: 'file',
    });
  });

  it('tells twins, unset variables and ranges together with all other mistakes', () => {
    const device = (id: string, more = '') => `  - {id: ${id}, host: 10.0.0.1${more}}\n`;
    const devices = [
      device('7'),
      device('a'),
      device('a', ', comm_key_env: NONE'),
      device('b', ', timeout: x'),
    ];
    const told = () => parse(`site: S\nundo_days: many\ndevices:\n${devices.join('')}`);
    for (const line of [
      /:1: site: must be/,
      /:2: undo_days: must be a number from 0 to 3650/,
      /:4: devices\.0\.id: must be text/,
      /:5: devices\.1\.host: must be an address of its own \('devices\.0' has 10\.0\.0\.1:4370\)/,
      /:6: devices\.2\.id: must be an id of its own \('a' is used twice\)/,
      /:6: devices\.2\.comm_key_env: the environment variable NONE must hold/,
      /:7: devices\.3\.timeout: must be a (whole )?number from 1 to 60/,
    ]) {
      expect(told).toThrow(line);
    }
  });

  it('knows how punches are collected and who listens in the branch', () => {
    expect(parse('site: a\n')).toMatchObject({ punches: { everyMs: 20_000, live: null }, localBroker: null });
    const text = 'site: a\npunches: {every: 0, live: true}\nlocal_events: mqtt://u%40x:p%3A1@10.0.0.9\n';
    expect(parse(text)).toMatchObject({
      punches: { everyMs: 0, live: true },
      localBroker: { host: '10.0.0.9', port: 1883, username: 'u@x', password: 'p:1' },
    });
    expect(parse('site: a\nlocal_events: mqtt://[::1]:2000/\n').localBroker).toEqual({
      host: '::1',
      port: 2000,
    });
  });

  it.each(['http://10.0.0.9', 'mqtt://', 'mqtt://h/topic', '10.0.0.9:1883', 'mqtts://10.0.0.9'])(
    'takes no %s for a broker of the branch',
    (url) => {
      expect(() => parse(`site: a\nlocal_events: ${url}\n`)).toThrow(
        /:2: local_events: must be a URL such as mqtt/,
      );
    },
  );

  it.each([
    ['site: a\npunches: {each: 5}\n', /:2: punches\.each: is not a known key; allowed: every, live/],
    ['site: a\npunches: {every: 1.5}\n', /:2: punches\.every: must be a whole number from 0 to 86400/],
    ['site: a\ndevises: []\n', /agent\.yaml:2: devises: is not a known key; allowed: site, tenant/],
    [
      'site: a\ndevices:\n  - id: x\n    host: h\n    port: 0\n',
      /agent\.yaml:5: devices\.0\.port: must be at least 1/,
    ],
    [
      'site: a\ndevices:\n  - id: x\n    host: h\n    colour: red\n',
      /:5: devices\.0\.colour: is not a known key; allowed: id/,
    ],
    [
      'site: a\ndevices:\n  - id: x\n    host: h\n    transport: tls\n',
      /:5: devices\.0\.transport: must be one of tcp, udp/,
    ],
    ['site: A B\n', /:1: site: must be a-z, 0-9/],
    ['site: a\ndevices:\n  - {id: x, host: h}\n  - {id: x, host: i}\n', /:4: devices\.1\.id: .*used twice/],
    ['site: a\n  b: c: d\n', /agent\.yaml:1: is not YAML: Nested mappings [^:]*$/],
    ['site: *nobody\n', /agent\.yaml:1: is not YAML: Unresolved alias/],
    ['devices: []\n', /:1: site: is required/],
    ['- a\n', /agent\.yaml:1: must be a block of lines/],
    ['site: 7\n', /:1: site: must be text \(a number needs quotes\)/],
    [
      'site: a\ncloud:\n  endpoint: e\n  extra:\n    x: 1\n',
      /:4: cloud\.extra: is not a known key; allowed: endpoint/,
    ],
    [
      'site: a\ndevices:\n  - id: x\n    host: h\n    timezone: Mars/North\n',
      /:5: devices\.0\.timezone: must be an IANA time zone/,
    ],
    [
      'site: a\ndevices:\n  - {id: x, host: h}\n  - {id: y, host: H}\n',
      /:4: devices\.1\.host: must be an address of its own \('x' has h:4370\)/,
    ],
    [
      'site: a\ndevices:\n  - {id: x, host: h, comm_key: 1, comm_key_env: K}\n',
      /comm_key_env: must be either/,
    ],
  ])('refuses %j with file, line, key and what is allowed', (text, sentence) => {
    expect(() => parse(text)).toThrow(sentence);
  });

  it('takes the comm key from the environment, and says so when it is not there', () => {
    const text = 'site: a\ndevices:\n  - {id: x, host: h, comm_key_env: KEY_X}\n';
    expect(parse(text, { KEY_X: '1234' }).devices[0]?.commKey).toBe(1234);
    for (const wrong of [{}, { KEY_X: '' }, { KEY_X: '0x10' }, { KEY_X: '4294967296' }]) {
      expect(() => parse(text, wrong)).toThrow(/:3: devices\.0\.comm_key_env: .*KEY_X must hold a number/);
    }
  });

  it('is told of everything that is wrong with it at once, line by line', () => {
    const text = `site: A B
colour:
  deep: red
undo_days: -1
devices:
  - id: X y
    port: 99999
    comkey: 1
    dialect: { user_record: 30, foo: 1 }
`;
    const told = () => {
      try {
        return parse(text);
      } catch (error) {
        return (error as Error).message.split('\n');
      }
    };
    expect(told()).toEqual([
      expect.stringMatching(/^\S+:1: site: must be a-z/),
      expect.stringMatching(/^\S+:2: colour: is not a known key/),
      expect.stringMatching(/^\S+:4: undo_days: must be at least 0$/),
      expect.stringMatching(/^\S+:6: devices\.0\.id: must be a-z/),
      expect.stringMatching(/^\S+:6: devices\.0\.host: is required$/),
      expect.stringMatching(/^\S+:7: devices\.0\.port: must be at most 65535$/),
      expect.stringMatching(/^\S+:8: devices\.0\.comkey: is not a known key; allowed: id, name/),
      expect.stringMatching(/^\S+:9: devices\.0\.dialect\.user_record: must be one of 28, 72$/),
      expect.stringMatching(/^\S+:9: devices\.0\.dialect\.foo: is not a known key; allowed: user_record/),
    ]);
  });

  it('may hold lists of which every entry is commented out', () => {
    expect(parse('site: a\nallow_hosts:\ndevices:\n#  - id: x\n')).toMatchObject({
      allowHosts: [],
      devices: [],
    });
  });

  it.each([
    ['/nowhere/agent.yaml', /agent\.yaml:1: cannot be read: there is no such file$/],
    ['/tmp', /tmp:1: cannot be read: it is a folder$/],
  ])('that is at %s is told to be unreadable', (file, sentence) => {
    expect(() => loadConfig(file, {})).toThrow(sentence);
  });
});
