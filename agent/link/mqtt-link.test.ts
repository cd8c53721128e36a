import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BrokerRoom } from '../../infra/local/testing/broker-room.ts';
import { MqttLink } from './mqtt-link.ts';

const SITE = { tenant: 'acme', site: 'norte' };

let folder: string;
let room: BrokerRoom;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-link-'));
  room = await BrokerRoom.open();
});
afterEach(async () => {
  await room.close();
  rmSync(folder, { recursive: true });
});

test('a session that was left without the subscription gets it, and commands come', async () => {
  const identity = await room.authority.issue(SITE);
  const earlier = await room.client(SITE, { identity, sessionExpiry: 3600 });
  await earlier.stop();
  const at = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const up = Promise.withResolvers<void>();
  const came = Promise.withResolvers<string>();
  const link = new MqttLink(
    {
      ...SITE,
      endpoint: `127.0.0.1:${room.broker.port}`,
      certificate: at('agent.crt', identity.pem),
      key: at('agent.key', identity.keyPem),
      ca: at('root.pem', room.authority.rootPem),
    },
    {
      onCommand: ({ payload, acknowledge }) => {
        came.resolve(Buffer.from(payload).toString());
        acknowledge();
      },
      onUp: up.resolve,
      onDown: () => {},
      onStored: () => {},
      onTakenOver: () => {},
    },
  );
  link.start();
  await up.promise;
  room.broker.publish(SITE, Buffer.from('for norte'), 1, 60);
  expect(await came.promise).toBe('for norte');
  await link.stop();
});
