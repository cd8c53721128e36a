// GET /console and what lies under it: the page, its scripts and styles, with the headers that let nothing else in.
import { randomBytes } from 'node:crypto';
import type { Answer } from '../rest/answer/answer.ts';
import { Problem } from '../rest/answer/problem.ts';
import { consoleFile } from './files.ts';

/** The page holds this where the nonce of its answer goes. */
const NONCE_PLACE = '%NONCE%';
const ASSETS = 'assets/';

/**
 * Nothing from elsewhere, and no inline script. The component library writes its colours and breakpoints into style elements, which
 * bear the nonce of this one answer.
 */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function answer(body: string, headers: Readonly<Record<string, string>>): Answer {
  const fixed = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
  return { statusCode: 200, headers: { ...fixed, ...headers }, body };
}

/**
 * The file of this name; for any other path the page, which finds its way by the path itself.
 *
 * @throws Problem `route_not_found` for an asset that is not there: a page of an earlier release must see that it is one
 */
export async function consolePage(name: string): Promise<Answer> {
  if (name.startsWith(ASSETS)) {
    const file = await consoleFile(name);
    if (file === null) throw new Problem('route_not_found');
    // Their names hold a hash of what is in them.
    return answer(file.text, {
      'content-type': file.type,
      'cache-control': 'public, max-age=31536000, immutable',
    });
  }
  const page = await consoleFile('index.html');
  if (page === null) throw new Problem('internal');
  const nonce = randomBytes(16).toString('base64url');
  return answer(page.text.replaceAll(NONCE_PLACE, nonce), {
    'content-type': page.type,
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
  });
}
