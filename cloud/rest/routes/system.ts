// What the API says of itself: that it is up, its contract, and the page that reads it.
import { VERSION } from '../../../shared/version.ts';
import { json, ok } from '../answer/answer.ts';
import { openapi } from '../docs/openapi.ts';
import { docsAsset, docsPage } from '../docs/page.ts';
import type { Handlers } from '../request/call.ts';

export const systemHandlers: Handlers<'public', null> = {
  root: () => ok({ status: 'online', version: VERSION, timestamp: new Date().toISOString() }),
  openapi: () => json(200, openapi(), { 'cache-control': 'public, max-age=300' }),
  docs: () => docsPage(),
  docsAsset: (_ports, call) => docsAsset(call.params.file ?? ''),
};
