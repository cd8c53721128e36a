// GET /docs: swagger-ui over our own contract, without a request to anybody else.
import type { Answer } from '../answer/answer.ts';
import { Problem } from '../answer/problem.ts';
import { SWAGGER_FILES, type SwaggerFile, swaggerFile } from './assets.ts';

/** Paths are relative, so that the page also works behind a stage or a base path. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sereno API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js" charset="utf-8"></script>
    <script src="docs/start.js" charset="utf-8"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** Nothing from elsewhere; swagger-ui sets styles inline and draws its icons from data URLs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function text(body: string, type: string, cache: string): Answer {
  return {
    statusCode: 200,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': cache,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
    body,
  };
}

export function docsPage(): Answer {
  return text(PAGE, 'text/html', 'no-cache');
}

function isSwaggerFile(name: string): name is SwaggerFile {
  return (SWAGGER_FILES as readonly string[]).includes(name);
}

/** A script or style of the page; throws 404 for any other name. */
export async function docsAsset(name: string): Promise<Answer> {
  if (name === 'start.js') return text(START, 'text/javascript', 'no-cache');
  if (!isSwaggerFile(name)) throw new Problem('route_not_found');
  const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
  return text(await swaggerFile(name), type, 'public, max-age=86400');
}
