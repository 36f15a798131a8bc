import assert from 'node:assert/strict';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const root = join(import.meta.dirname, '..', '..');

/** Where screenshots are kept; git ignores it. */
const SHOTS = join(root, '.artifacts', 'page');

/** How long anything on the page is waited for, milliseconds: long, for machines that do other things, too. */
const waitMsMax = 60_000;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The browser of this machine: what `REPRISE_CHROMIUM` names, or the first on the PATH. */
export function findBrowser(): string | undefined {
  const named = process.env['REPRISE_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

/** Why the page can't be looked at here, with the remedy; false where it can. */
export const noBrowser: string | false =
  findBrowser() === undefined
    ? 'no Chromium is on the PATH: `apt-get install chromium`, or name one in REPRISE_CHROMIUM'
    : false;

/** Starts the browser of this machine, which downloads nothing. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser() ?? '',
    // Inside a container there is often no user namespace to put the sandbox in; the pages are our own.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** How the page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What runs in the browser is text here: this program has no browser's types.
const ARRIVED = 'Promise.allSettled(document.getAnimations().map(({ finished }) => finished))';
const TOO_WIDE = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const SERIOUS_FAULTS = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => impact === 'serious' || impact === 'critical')
  .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;

/** A page in the browser; what it says on its console is held against it. */
export class Visit {
  readonly page: Page;
  readonly faults: string[] = [];
  readonly #name: string;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.#name = name;
    page.setDefaultTimeout(waitMsMax);
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // A stream that is given up for another one was not refused by anybody.
      if (why !== 'net::ERR_ABORTED') this.faults.push(`${request.url()}: ${why}`);
    });
  }

  static async open(browser: Browser, { width, height, scheme }: Look): Promise<Visit> {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
    return new Visit(page, `${String(width)}-${scheme}`);
  }

  /** Waits until an expression holds in the page; the page's own policy lets nothing be evaluated by the page itself. */
  async until(expression: string): Promise<void> {
    const endMs = performance.now() + waitMsMax;
    while (!(await this.page.evaluate<boolean>(`Boolean(${expression})`))) {
      assert.ok(performance.now() < endMs, `${this.#name}: in vain waited for ${expression}`);
      await sleep(25);
    }
  }

  /** Keeps a picture of what is seen now, and demands that axe finds no serious fault in it. */
  async look(name: string): Promise<void> {
    // What glides or fades has the colours of both ends: it is looked at when it has arrived.
    await this.page.evaluate(ARRIVED);
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${this.#name}-${name}.png`) });
    await this.fits();
    await this.page.evaluate(axe);
    const found = await this.page.evaluate<string[]>(SERIOUS_FAULTS);
    assert.deepEqual(found, [], `${this.#name} ${name}`);
  }

  /** Demands that nothing stands wider than the screen. */
  async fits(): Promise<void> {
    const wide = await this.page.evaluate<number>(TOO_WIDE);
    assert.ok(wide <= 0, `${this.#name}: the page is ${String(wide)} pixels too wide`);
  }
}
