// Refused calls of JSON-RPC, in the language that is asked for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT_CODES, AccountError } from '../accounts/errors.ts';
import { handler } from '../functions/rpc.ts';
import { startWorld, type World } from '../testing/world.ts';
import { rpcErrorOf } from './texts.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface Refused {
  readonly code: number;
  readonly message: string;
  readonly data: string;
}

async function refused(body: unknown, language?: string): Promise<Refused> {
  const headers = {
    'content-type': 'application/json',
    ...(language === undefined ? {} : { 'accept-language': language }),
  };
  const http = { method: 'POST', sourceIp: '192.0.2.1' };
  const event = { headers, body: JSON.stringify(body), requestContext: { http, requestId: 'r' } };
  const context = { getRemainingTimeInMillis: () => 20_000 };
  const { body: answer } = await handler(event as never, context as never);
  return (JSON.parse(String(answer)) as { error: Refused }).error;
}

const call = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });

test.each([
  [
    'a login that failed',
    call('user.login', { username: 'nadie', password: 'x' }),
    'Incorrect user name or password or account is temporarily blocked.',
    'Usuario o contraseña incorrectos, o la cuenta está bloqueada por un rato.',
  ],
  [
    'a wrong parameter, at its place',
    call('user.login', { username: 7, password: 'x' }),
    'Invalid parameter "/username": a character string is expected.',
    'Parámetro "/username" no válido: se espera un texto.',
  ],
  [
    'a parameter that is missing',
    call('user.login', { username: 'nadie' }),
    'Invalid parameter "/": the parameter "password" is missing.',
    'Parámetro "/" no válido: falta el parámetro "password".',
  ],
  [
    'one that is not known',
    call('user.login', { username: 'nadie', password: 'x', puerta: 1 }),
    'Invalid parameter "/": unexpected parameter "puerta".',
    'Parámetro "/" no válido: el parámetro "puerta" no se conoce.',
  ],
  [
    'a method without credentials',
    call('user.get', {}),
    'Not authorized.',
    'No ha entrado, o su credencial no vale.',
  ],
  [
    'a method that there is not',
    call('user.dance', {}),
    'Incorrect method "user.dance".',
    'No existe el método "user.dance".',
  ],
  [
    'what is no request',
    [],
    'The received JSON is not a valid JSON-RPC request.',
    'El JSON recibido no es una petición de JSON-RPC.',
  ],
])(
  '%s is told in Spanish to who asks for it, else in the English that scripts know',
  async (_title, body, en, es) => {
    const [usual, english, spanish] = [
      await refused(body),
      await refused(body, 'en'),
      await refused(body, 'es-BO, en;q=0.5'),
    ];
    expect(usual.data).toBe(en);
    expect(english).toEqual(usual);
    // Code and message are words of the protocol.
    expect(spanish).toEqual({ ...usual, data: es });
  },
);

test('each refused change names the same things in both languages', () => {
  const names = ['path', 'min', 'field', 'username', 'name', 'id', 'rows', 'most'];
  const params = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
  const placesOf = (text: string) => [...text.matchAll(/<\w+>/g)].map(([place]) => place).sort();
  for (const code of ACCOUNT_CODES) {
    const { en, es } = rpcErrorOf(new AccountError(code, params)).sentence;
    expect([code, placesOf(es)]).toEqual([code, placesOf(en)]);
    expect([code, es]).not.toEqual([code, en]);
  }
});
