// The JSON-RPC face in OpenAPI: where it is, and what goes around a call. Its methods are told in a guide of their own.
import * as z from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';

const id = z.union([z.string(), z.number(), z.null()]);

const request = z
  .strictObject({
    jsonrpc: z.literal('2.0'),
    method: z.string().meta({ example: 'user.get' }),
    params: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]),
    auth: z.string().nullable().optional().meta({
      description:
        'A session or an API token, for clients that send no `Authorization` header; the header wins.',
    }),
    id: id.optional().meta({ description: 'Left out: a notification, which is run and not answered.' }),
  })
  .meta({ id: 'RpcRequest' });

const answer = z
  .union([
    z.object({ jsonrpc: z.literal('2.0'), result: z.unknown(), id }),
    z.object({
      jsonrpc: z.literal('2.0'),
      error: z.object({ code: z.int(), message: z.string(), data: z.string() }),
      id,
    }),
  ])
  .meta({ id: 'RpcAnswer' });

const ask = {
  jsonrpc: '2.0',
  method: 'user.get',
  params: { output: ['userid', 'username'] },
  id: 1,
};
const told = { jsonrpc: '2.0', result: [{ userid: '1', username: 'Admin' }], id: 1 };

/** JSON-RPC 2.0: one call, or a list of them. */
export const rpcOperation: ZodOpenApiOperationObject = {
  operationId: 'rpc',
  summary: 'Operators: users, groups, roles, sessions and tokens, over JSON-RPC 2.0',
  description:
    'The methods are in `docs/operators.md`; `user.get` and its like give rows such as the schema `RpcUser`. `user.login` needs no credentials; what it gives opens the routes of this document, too. ' +
    'Errors are 200 with `error`. The same under `/t/{tenant}/api_jsonrpc.php`, for one company.',
  tags: ['rpc'],
  requestBody: {
    required: true,
    content: Object.fromEntries(
      ['application/json', 'application/json-rpc', 'application/jsonrequest'].map((type) => [
        type,
        { schema: z.union([request, z.array(request)]), example: ask },
      ]),
    ),
  },
  responses: {
    200: {
      description: 'An answer for each call in the same order; no body where there were notifications alone.',
      content: { 'application/json': { schema: z.union([answer, z.array(answer)]), example: told } },
    },
    412: { description: 'Another content type.' },
  },
  security: [{}, { token: [] }],
};
