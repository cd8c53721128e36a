// Compresses the answer as its caller takes it, errors included; the last thing that is done to it.
import type { MiddlewareObj } from '@middy/core';
import type { Answer } from '../answer/answer.ts';
import { compressed } from '../answer/compressed.ts';
import type { HttpEvent } from './call.ts';

export function compression(): MiddlewareObj<HttpEvent, Answer> {
  return {
    after: async (request) => {
      const { response, event } = request;
      if (response) request.response = await compressed(response, event.headers['accept-encoding']);
    },
  };
}
