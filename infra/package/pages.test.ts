import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { PAGES, packaged } from './pages.ts';

const linksIn = (text: string) =>
  [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => target).filter((to) => !/^[a-z]+:/.test(to));

test('a link to a page that is not in the package is words there, any other one stays', () => {
  const text =
    '[the log](configuration.md#log), [what is promised](guarantees.md#x), [Node](https://nodejs.org)';
  expect(packaged('docs/agent.md', text)).toBe(
    '[the log](configuration.md#log), what is promised, [Node](https://nodejs.org)',
  );
});

test.each(PAGES)('%s leads to pages that exist here, and in the package to pages that are in it', (page) => {
  const text = readFileSync(page, 'utf8');
  for (const target of linksIn(text))
    expect([target, existsSync(join(dirname(page), target))]).toEqual([target, true]);
  const inPackage: readonly string[] = PAGES;
  for (const target of linksIn(packaged(page, text)))
    expect(inPackage).toContain(join(dirname(page), target));
});
