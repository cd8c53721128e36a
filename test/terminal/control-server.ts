// A tiny HTTP server on loopback through which a test looks into a terminal that runs as another process.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import * as z from 'zod';
import { type Fault, faultSchema } from './faults.ts';
import { KeypadLockedError } from './keypad.ts';
import type { SimulatedTerminal } from './terminal.ts';

const MOST_BODY_BYTES = 1 << 20;
const DEFAULT_LOG_TAIL = 200;

const userFields = {
  name: z.string().optional(),
  password: z.string().optional(),
  privilege: z.int().min(0).max(14).optional(),
  disabled: z.boolean().optional(),
  card: z.int().min(0).max(0xffffffff).optional(),
  group: z.int().min(0).max(255).optional(),
};
const keypadSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('add'), userId: z.string(), ...userFields }),
  z.strictObject({ action: z.literal('edit'), userId: z.string(), ...userFields }),
  z.strictObject({ action: z.literal('delete'), userId: z.string() }),
  z.strictObject({ action: z.literal('add-finger'), userId: z.string(), finger: z.int().min(0).max(9) }),
  z.strictObject({ action: z.literal('set-clock'), time: z.string() }),
  z.strictObject({ action: z.literal('clear-attendance') }),
]);
const rebootSchema = z.strictObject({ awayMs: z.int().min(0).default(0) });
const punchSchema = z.strictObject({
  userIds: z.array(z.string()).min(1),
  time: z.string().optional(),
  verify: z.int().min(0).max(15).optional(),
  state: z.int().min(0).max(15).optional(),
});
const fingerSchema = z.strictObject({
  samples: z.array(z.enum(['good', 'bad', 'duplicate', 'timeout'])).min(1),
});

/**
 * Starts the control of a terminal; answers the server, for its port and for closing it.
 *
 * @param key what callers must show as `Authorization: Bearer`; left out, every program of this machine may call
 */
export async function serveControl(terminal: SimulatedTerminal, port: number, key?: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"the key is wanted"}');
      return;
    }
    void handle(terminal, request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function handle(terminal: SimulatedTerminal, request: IncomingMessage): Promise<[number, unknown]> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  try {
    if (request.method === 'GET' && pathname === '/state') {
      return [200, snapshot(terminal, Number(searchParams.get('log') ?? DEFAULT_LOG_TAIL))];
    }
    const action = request.method === 'POST' ? ACTIONS[pathname] : undefined;
    if (action === undefined) return [404, { error: `no ${request.method} ${pathname}` }];
    return [200, (await action(terminal, await json(request))) ?? {}];
  } catch (error) {
    if (error instanceof KeypadLockedError) return [423, { error: error.message }];
    if (error instanceof z.ZodError) return [400, { error: z.prettifyError(error) }];
    if (error instanceof RangeError || error instanceof SyntaxError) return [400, { error: error.message }];
    return [500, { error: String(error) }];
  }
}

async function json(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MOST_BODY_BYTES) throw new RangeError('the body is too long');
    pieces.push(piece);
  }
  return size === 0 ? {} : JSON.parse(Buffer.concat(pieces).toString());
}

type Action = (terminal: SimulatedTerminal, body: unknown) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  '/fault': (terminal, body) => {
    terminal.faults.add(faultSchema.parse(body) satisfies Fault);
  },
  '/fault/clear': (terminal) => terminal.faults.clear(),
  '/keypad': (terminal, body) => useKeypad(terminal, keypadSchema.parse(body)),
  '/reboot': (terminal, body) => terminal.reboot(rebootSchema.parse(body).awayMs),
  '/punch': (terminal, body) => {
    const { userIds, ...details } = punchSchema.parse(body);
    terminal.punch(userIds, defined(details));
  },
  '/finger': (terminal, body) => terminal.pressFinger(...fingerSchema.parse(body).samples),
};

function useKeypad({ keypad }: SimulatedTerminal, wish: z.infer<typeof keypadSchema>): unknown {
  switch (wish.action) {
    case 'add': {
      const { action: _, ...fields } = wish;
      return { uid: keypad.addUser(defined(fields)) };
    }
    case 'edit': {
      const { action: _, userId, ...fields } = wish;
      return keypad.editUser(userId, defined(fields));
    }
    case 'delete':
      return keypad.deleteUser(wish.userId);
    case 'add-finger':
      return keypad.addFinger(wish.userId, wish.finger);
    case 'clear-attendance':
      return keypad.clearAttendance();
    case 'set-clock':
      return keypad.setClock(wish.time);
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that were left out. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** Everything to be seen from outside; binary as base64. */
function snapshot(terminal: SimulatedTerminal, logTail: number): object {
  const base64 = (bytes: Buffer) => bytes.toString('base64');
  const { enrolment } = terminal;
  return {
    host: terminal.host,
    port: terminal.port,
    enabled: terminal.enabled,
    disabledSince: terminal.disabledSince,
    disabledStretches: terminal.disabledStretches,
    connections: terminal.connections(),
    clock: terminal.state.clock.now(),
    counters: terminal.counters(),
    users: terminal.users().map((user) => ({ ...user, raw: base64(user.raw) })),
    templates: terminal.templates().map((each) => ({ ...each, template: base64(each.template) })),
    attendance: terminal.attendance(),
    enrolment: enrolment && {
      userId: enrolment.plan.userId,
      finger: enrolment.plan.finger,
      good: enrolment.good,
    },
    violations: terminal.violations,
    log:
      logTail > 0
        ? terminal.log.slice(-logTail).map((entry) => ({ ...entry, data: base64(entry.data) }))
        : [],
  };
}
