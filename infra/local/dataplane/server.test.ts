import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  IoTDataPlaneClient,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import { topics } from '../../../shared/wire/topics.ts';
import { BrokerRoom } from '../testing/broker-room.ts';
import type { TestClient } from '../testing/mqtt-client.ts';
import { DataPlane } from './server.ts';

// Every test has a site of its own: what one leaves unacknowledged would rightly come again in the next.
let site = { tenant: 'acme', site: 'norte' };
let id = clientIdOf(site.tenant, site.site);
let topic = topics.command(site);
let count = 0;
const credentials = { accessKeyId: 'LOCALKEY', secretAccessKey: 'not so secret' };
const region = 'local';

let room: BrokerRoom;
let dataPlane: DataPlane;
let sdk: IoTDataPlaneClient;
let agent: TestClient;

const clientWith = (over: Partial<typeof credentials> = {}, inRegion = region): IoTDataPlaneClient =>
  new IoTDataPlaneClient({
    endpoint: dataPlane.url,
    region: inRegion,
    credentials: { ...credentials, ...over },
    maxAttempts: 1,
  });
const direct = (text: string, over: object = {}) =>
  new SendDirectMessageCommand({
    clientId: id,
    topic,
    payload: Buffer.from(text),
    confirmation: true,
    timeout: 4,
    ...over,
  });

beforeAll(async () => {
  room = await BrokerRoom.open();
  dataPlane = await DataPlane.start({ port: 0, broker: room.broker, credentials, region });
  sdk = clientWith();
});
afterAll(async () => {
  sdk.destroy();
  await dataPlane.stop();
  await room.close();
});

test('a connection is told as long as it stands and for a while after; one that never was is not found', async () => {
  const at = { tenant: 'acme', site: 'vista' };
  const ask = () => sdk.send(new GetConnectionCommand({ clientId: clientIdOf(at.tenant, at.site) }));
  await expect(ask()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const began = Date.now();
  const client = await room.client(at);
  const standing = await ask();
  expect(standing).toMatchObject({ connected: true, clientId: 'acme_vista' });
  expect(standing.connectedSince).toBeGreaterThanOrEqual(began);
  const gone = client.disconnected();
  room.broker.disconnect('acme_vista');
  await gone;
  await room.until(() => !room.broker.isConnected('acme_vista'));
  const ended = await ask();
  expect(ended).toMatchObject({ connected: false });
  expect(ended.disconnectedSince).toBeGreaterThanOrEqual(standing.connectedSince ?? 0);
  expect(ended.connectedSince).toBeUndefined();
});

describe('while the agent is connected', () => {
  beforeEach(async () => {
    site = { tenant: 'acme', site: `norte-${++count}` };
    id = clientIdOf(site.tenant, site.site);
    topic = topics.command(site);
    agent = await room.client(site, { sessionExpiry: 60 });
    await agent.subscribe(topic);
  });
  afterEach(() => agent.stop());

  test('a direct message is answered when the agent has acknowledged it, and not before', async () => {
    agent.acknowledges = false;
    let answered = false;
    const answer = sdk.send(direct('open sesame')).then(() => {
      answered = true;
    });
    const message = await agent.next();
    expect(message).toMatchObject({ topic, text: 'open sesame' });
    // Another message makes the whole way meanwhile, so an early answer would have come.
    await sdk.send(direct('unconfirmed', { confirmation: false }));
    await agent.next();
    expect(answered).toBe(false);
    message.acknowledge();
    await answer;
  });

  test('a direct message without PUBACK is a 504 after its time-out, and does not come again', async () => {
    agent.acknowledges = false;
    await expect(sdk.send(direct('lost', { timeout: 1 }))).rejects.toMatchObject({
      name: 'GatewayTimeoutException',
      $metadata: { httpStatusCode: 504 },
    });
    expect((await agent.next()).text).toBe('lost');
    const back = agent.reconnected();
    room.broker.disconnect(id);
    await back;
    await room.ready(id);
    agent.acknowledges = true;
    await sdk.send(direct('after'));
    expect((await agent.next()).text).toBe('after');
  });

  test('a line cut before the PUBACK is a 504 at once', async () => {
    agent.acknowledges = false;
    const answer = sdk.send(direct('cut', { timeout: 15 }));
    await agent.next();
    const back = agent.reconnected();
    room.broker.disconnect(id);
    await expect(answer).rejects.toMatchObject({ name: 'GatewayTimeoutException' });
    await back;
  });

  test('direct and published messages at the same time all arrive', async () => {
    const texts = Array.from({ length: 100 }, (_, at) => String(at));
    const answers = texts.map((text, at) =>
      at % 2 === 0
        ? sdk.send(direct(text))
        : sdk.send(new PublishCommand({ topic, qos: 1, payload: Buffer.from(text), messageExpiry: 60 })),
    );
    const received = await Promise.all(texts.map(async () => (await agent.next()).text));
    await Promise.all(answers);
    expect(new Set(received)).toEqual(new Set(texts));
  });

  test('a publish carries its expiry', async () => {
    await sdk.send(new PublishCommand({ topic, qos: 1, payload: Buffer.from('soon'), messageExpiry: 30 }));
    const { text, expiry } = await agent.next();
    expect(text).toBe('soon');
    expect(expiry).toBeGreaterThanOrEqual(29);
  });

  test('a payload of 128 KB passes, a byte more does not', async () => {
    const limit = 128 * 1024;
    await sdk.send(direct('x'.repeat(limit)));
    expect((await agent.next()).text).toHaveLength(limit);
    await expect(sdk.send(direct('x'.repeat(limit + 1)))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
  });

  test('a connection can be cut by its client id', async () => {
    const cut = agent.disconnected();
    const back = agent.reconnected();
    await sdk.send(new DeleteConnectionCommand({ clientId: id }));
    await cut;
    await back;
  });
});

describe('refusals', () => {
  test('an agent that is not connected is a 404', async () => {
    const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
    await expect(sdk.send(direct('hello', { clientId: 'acme_nowhere' }))).rejects.toMatchObject(missing);
    await expect(sdk.send(new DeleteConnectionCommand({ clientId: 'acme_nowhere' }))).rejects.toMatchObject(
      missing,
    );
  });

  test.each([
    ['another key', { accessKeyId: 'OTHER' }, region],
    ['another secret', { secretAccessKey: 'guessed' }, region],
    ['another region', {}, 'eu-west-1'],
  ])('a request signed with %s is a 403', async (_name, over, inRegion) => {
    const stranger = clientWith(over, inRegion);
    await expect(stranger.send(direct('x'))).rejects.toMatchObject({ name: 'ForbiddenException' });
    stranger.destroy();
  });

  test('an unsigned request is a 403', async () => {
    const answer = await fetch(`${dataPlane.url}/topics/${encodeURIComponent(topic)}?qos=1`, {
      method: 'POST',
      body: 'x',
    });
    expect(answer.status).toBe(403);
  });

  test.each(['$aws/rules/x', 'a/+/b', 'a/#', 'a/b/c/d/e/f/g/h/i', 'x'.repeat(257)])(
    'the topic %s is a 400',
    async (name) => {
      await expect(sdk.send(direct('x', { topic: name }))).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
    },
  );
});
