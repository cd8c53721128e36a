// Open to all: is the API up, the contract, and a page that reads it.
import { VERSION } from '../../shared/version.ts';
import { openapi } from '../docs/openapi.ts';
import { docsAsset, docsPage } from '../docs/page.ts';
import { json, ok } from '../http/answer.ts';
import { httpHandler } from '../http/handler.ts';

export const handler = httpHandler({
  root: () => ok({ status: 'online', version: VERSION, timestamp: new Date().toISOString() }),
  openapi: () => json(200, openapi(), { 'cache-control': 'public, max-age=300' }),
  docs: () => docsPage(),
  docsAsset: (call) => docsAsset(call.params.file ?? ''),
});
