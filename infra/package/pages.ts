// The pages that are read where the agent is installed, as they are in the package.
import { posix } from 'node:path';

/** From the root of the project, and of the package. */
export const PAGES = ['SECURITY.md', 'docs/agent.md', 'docs/configuration.md'] as const;

/** A page in which links to pages that are not in the package are plain words. */
export function packaged(page: string, text: string): string {
  return text.replace(/\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)/g, (link, words: string, target: string) => {
    if (/^[a-z]+:/.test(target)) return link;
    const file = posix.join(posix.dirname(page), target);
    return PAGES.some((each) => each === file) ? link : words;
  });
}
