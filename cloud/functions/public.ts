// Open to all: is the API up, the contract, and a page that reads it.
import { VERSION } from '../../shared/version.ts';
import { json, ok } from '../rest/answer/answer.ts';
import { openapi } from '../rest/docs/openapi.ts';
import { docsAsset, docsPage } from '../rest/docs/page.ts';
import { httpHandler } from '../rest/handler.ts';

export const handler = httpHandler({
  root: () => ok({ status: 'online', version: VERSION, timestamp: new Date().toISOString() }),
  openapi: () => json(200, openapi(), { 'cache-control': 'public, max-age=300' }),
  docs: () => docsPage(),
  docsAsset: (call) => docsAsset(call.params.file ?? ''),
});
