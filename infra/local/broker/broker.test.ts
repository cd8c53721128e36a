import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topics } from '../../../shared/wire/topics.ts';
import { BrokerRoom } from '../testing/broker-room.ts';

const NORTE = { tenant: 'acme', site: 'norte' };
const SUR = { tenant: 'acme', site: 'sur' };
const COMMAND = '01K0000000000000000000000A';
const NOT_AUTHORIZED = 135;

let room: BrokerRoom;
beforeAll(async () => {
  room = await BrokerRoom.open();
});
afterAll(() => room.close());

describe('who may connect', () => {
  test('nobody without a certificate', async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: room.broker.port,
      ca: room.authority.rootPem,
      maxVersion: 'TLSv1.2',
    });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/SSLV3_ALERT|ECONNRESET|HANDSHAKE/);
  });

  test('nobody with a certificate of another authority', async () => {
    const other = await BrokerRoom.open();
    const identity = await other.authority.issue(NORTE);
    await other.close();
    await expect(room.client(NORTE, { identity })).rejects.toThrow();
  });

  test('a certificate under its own client id alone', async () => {
    await expect(room.client(NORTE, { clientId: 'acme_sur' })).rejects.toThrow(`refused ${NOT_AUTHORIZED}`);
    const client = await room.client(NORTE);
    expect(room.broker.isConnected('acme_norte')).toBe(true);
    await client.stop();
  });

  test('a certificate only until it is revoked', async () => {
    const identity = await room.authority.issue(NORTE);
    await (await room.client(NORTE, { identity })).stop();
    room.authority.registry.change(identity.id, { status: 'REVOKED' });
    await expect(room.client(NORTE, { identity })).rejects.toThrow(`refused ${NOT_AUTHORIZED}`);
  });

  test('of two with the same client id the newer one stays, and no disconnect is reported', async () => {
    const older = await room.client(SUR, { sessionExpiry: 60 });
    const before = room.disconnects.length;
    const gone = older.disconnected();
    const newer = await room.client(SUR, { sessionExpiry: 60 });
    await gone;
    await older.stop();
    expect(await newer.publish(topics.hello(SUR), 'still here')).toBe(0);
    expect(room.disconnects.slice(before)).toEqual([]);
    await newer.stop();
    await room.until(() => room.disconnects.length > before);
    expect(room.disconnects.at(-1)).toEqual(SUR);
  });

  test('of many that follow one another the last can always be reached, in whatever order the ends are told', async () => {
    for (let turn = 0; turn < 15; turn++) {
      const older = await room.client(SUR, { sessionExpiry: 60 });
      const gone = older.disconnected();
      const newer = await room.client(SUR, { sessionExpiry: 60 });
      await gone;
      expect([turn, room.broker.isConnected('acme_sur')]).toEqual([turn, true]);
      await older.stop();
      await newer.stop();
    }
  });
});

describe('what a site may say and hear', () => {
  test('it publishes its own replies, progress and hello, and nothing else', async () => {
    const client = await room.client(NORTE);
    const from = room.published.length;
    const own = [topics.reply(NORTE, COMMAND, 'ok-0'), topics.progress(NORTE, COMMAND), topics.hello(NORTE)];
    const foreign = [
      topics.reply(SUR, COMMAND, 'ok-0'),
      topics.reply({ tenant: 'other', site: 'norte' }, COMMAND, 'ok-0'),
      topics.hello(SUR),
      topics.command(NORTE),
      topics.command(SUR),
      `${topics.hello(NORTE)}/more`,
      'sereno/v1/acme/norte/res/not-a-ulid/ok-0',
      'something/else',
    ];
    for (const topic of own) expect(await client.publish(topic, topic)).toBe(0);
    for (const topic of foreign) expect(await client.publish(topic, topic)).toBe(NOT_AUTHORIZED);
    expect(room.published.slice(from).map(({ name }) => name)).toEqual(own);
    await client.stop();
  });

  test('it subscribes to its own commands, and to nothing wider', async () => {
    const client = await room.client(NORTE);
    const others = [
      topics.command(SUR),
      'sereno/v1/acme/+/cmd',
      'sereno/#',
      '#',
      topics.reply(NORTE, COMMAND, 'ok-0'),
    ];
    for (const filter of others) expect(await client.subscribe(filter)).toBe(NOT_AUTHORIZED);
    expect(await client.subscribe(topics.command(NORTE))).toBe(1);
    await client.stop();
  });

  test('its last will comes when its line is cut', async () => {
    const will = { topic: topics.will(NORTE), payload: 'gone' };
    const client = await room.client(NORTE, { will });
    const cut = client.disconnected();
    room.broker.disconnect('acme_norte');
    await cut;
    await room.until(() => room.published.some(({ name, text }) => name === will.topic && text === 'gone'));
    await client.stop();
  });
});

describe('messages on the command topic', () => {
  test('wait for a session that is away, except those that have expired', async () => {
    const identity = await room.authority.issue(SUR);
    const first = await room.client(SUR, { sessionExpiry: 60, identity });
    await first.subscribe(topics.command(SUR));
    await first.stop();
    await room.until(() => !room.broker.isConnected('acme_sur'));
    room.broker.publish(SUR, Buffer.from('expired'), 1, 0);
    room.broker.publish(SUR, Buffer.from('kept'), 1, 60);
    room.broker.publish(SUR, Buffer.from('fleeting'), 0, undefined);
    const second = await room.client(SUR, { sessionExpiry: 60, identity });
    const message = await second.next();
    expect(message.text).toBe('kept');
    expect(message.expiry).toBeGreaterThan(50);
    expect(second.unread).toEqual([]);
    await second.stop();
  });

  test('come again after a reconnect if they were not acknowledged, over a restart of the broker too', async () => {
    const client = await room.client(NORTE, { sessionExpiry: 60 });
    await client.subscribe(topics.command(NORTE));
    client.acknowledges = false;
    room.broker.publish(NORTE, Buffer.from('important'), 1, undefined);
    expect((await client.next()).text).toBe('important');
    const back = client.reconnected();
    await room.broker.restart();
    await back;
    const again = await client.next();
    expect(again.text).toBe('important');
    again.acknowledge();
    // The broker reads in order: once this is answered, it has the PUBACK.
    await client.publish(topics.hello(NORTE), 'after the PUBACK');
    const later = client.reconnected();
    room.broker.disconnect('acme_norte');
    await later;
    room.broker.publish(NORTE, Buffer.from('last'), 1, undefined);
    expect((await client.next()).text).toBe('last');
    await client.stop();
  });
});
