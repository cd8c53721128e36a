// Asks the embedded DynamoDB from within its own process, past the network: what a stand-in in front of it needs.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

export type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** An answer that is no 200, as DynamoDB words it. */
export class Declined extends Error {
  override readonly name = 'Declined';
  /** `ConditionalCheckFailedException`, without the namespace in front. */
  readonly type: string;
  readonly status: number;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/** Only its form is looked at: the signature was checked before anything comes here. */
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=inside, SignedHeaders=host, Signature=none',
  'x-amz-date': '20260101T000000Z',
};

type Answer = Record<string, unknown>;

/** Calls an operation of the API. @throws Declined */
export type Inside = (operation: string, body: object) => Promise<Answer>;

export function insideOf(serve: Serve): Inside {
  return (operation, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        ...SIGNED,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      };
      const request = Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), {
        method: 'POST',
        url: '/',
        headers,
      });
      const response = {
        statusCode: 200,
        setHeader: () => {},
        end(text = '{}') {
          const answer = JSON.parse(text) as Answer;
          if (response.statusCode === 200) return resolve(answer);
          const type = String(answer.__type ?? '').replace(/^.*#/, '');
          reject(new Declined(response.statusCode, type, String(answer.message ?? answer.Message ?? type)));
        },
      };
      serve(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    });
}
