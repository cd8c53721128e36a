// A browser before the console of a system that runs, for tests that use it as people do.
import { existsSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { consoleFolder } from '../../../infra/console/build.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isHere = existsSync(CHROMIUM);

/** Tests that need Chromium; without it they are skipped, and the title says how to get it. */
export function describeInBrowser(title: string, tests: () => void): void {
  if (isHere) {
    describe(title, () => {
      // Built before anybody waits for a page.
      beforeAll(async () => void (await consoleFolder()));
      tests();
    });
  } else describe.skip(`${title} (needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/it)`, tests);
}

export const LANGUAGES = ['es', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A screen as wide as a phone, and one as wide as a desk. */
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** Steps of the keyboard from one end of a page to the other. */
const MOST_STEPS = 80;

let browser: Promise<Browser> | null = null;

/** Chromium's own sandbox does not run as root, which containers of CI are. */
export function startBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  return browser;
}

export async function stopBrowser(): Promise<void> {
  const started = browser;
  browser = null;
  await (await started)?.close();
}

export interface Visit {
  readonly language?: Language;
  readonly dark?: boolean;
  readonly phone?: boolean;
  /** The cookies of somebody who has signed in. */
  readonly cookies?: Cookies;
}

export type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

/** A page of a browser that has never been here before. What its console says of errors is noted. */
export class Visitor {
  readonly page: Page;
  readonly url: string;
  /** What the browser complained about: errors of scripts, and what the page's own policy has refused. */
  readonly complaints: string[] = [];
  /** Hosts that were asked for anything. */
  readonly hosts = new Set<string>();
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.#context = context;
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => this.complaints.push(`script: ${error.message}`));
    page.on('console', (message) => {
      // The browser itself notes each answer that is no success; pages tell those to people.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => this.hosts.add(new URL(request.url()).host));
  }

  static async arrive(
    url: string,
    { language = 'es', dark = false, phone = false, cookies = [] }: Visit = {},
  ): Promise<Visitor> {
    const context = await (await startBrowser()).newContext({
      locale: language,
      colorScheme: dark ? 'dark' : 'light',
      viewport: phone ? PHONE : DESK,
      reducedMotion: 'reduce',
    });
    await context.addCookies(cookies);
    return new Visitor(context, await context.newPage(), url);
  }

  async open(path = ''): Promise<void> {
    await this.page.goto(`${this.url}/console${path}`);
  }

  /** Signs in by the form. */
  async signIn(username: string, password: string): Promise<void> {
    await this.open();
    const { page } = this;
    await page.locator('input[autocomplete="username"]').fill(username);
    await page.locator('input[autocomplete="current-password"]').fill(password);
    await page.locator('button[type="submit"]').click();
    await page
      .locator('nav')
      .or(page.locator('input[autocomplete="new-password"]').first())
      .first()
      .waitFor({ state: 'attached' });
  }

  /** Moves on by the keyboard alone, as whoever has no mouse, until the focus is there. */
  async reach(wanted: Locator): Promise<void> {
    await wanted.waitFor();
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${wanted}`);
  }

  /** Reaches it, and presses Enter there. */
  async enter(wanted: Locator): Promise<void> {
    await this.reach(wanted);
    await this.page.keyboard.press('Enter');
  }

  cookies(): Promise<Cookies> {
    return this.#context.cookies();
  }

  /** axe finds nothing serious in what is shown now. */
  async expectAccessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    const found = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, any }) => `${html} ${any.map(({ message }) => message).join('; ')}`).join('\n  ')}`,
      );
    expect(found).toEqual([]);
  }

  /** Nothing is wider than the screen. */
  async expectNoSideways(): Promise<void> {
    const [content, screen] = await this.page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    expect(content).toBeLessThanOrEqual(screen);
  }

  /** The browser has complained about nothing, and nobody else was asked for anything. */
  expectQuiet(): void {
    expect(this.complaints).toEqual([]);
    expect([...this.hosts]).toEqual([new URL(this.url).host]);
  }

  leave(): Promise<void> {
    return this.#context.close();
  }
}
