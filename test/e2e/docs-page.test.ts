import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { Browser } from 'playwright-core';

import { startApi } from '../api/harness.ts';
import type { Api } from '../api/harness.ts';
import { noBrowser, startBrowser } from './browser.ts';

const WIDTHS = [1280, 390] as const;
const SCHEMES = ['light', 'dark'] as const;

describe('the documentation in a browser', { skip: noBrowser }, () => {
  let api: Api;
  let browser: Browser;
  before(async () => {
    api = await startApi();
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await api.close();
  });

  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      test(`reads well at ${String(width)} px, ${colorScheme}`, async () => {
        const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        const troubles: string[] = [];
        page.on('console', (message) => troubles.push(message.text()));
        page.on('pageerror', (error) => troubles.push(error.message));
        await page.goto(`http://127.0.0.1:${String(api.port)}/docs`);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.equal(overflow, 0, 'it is as wide as the window');
        await page.getByRole('link', { name: 'GET /v1/users/{id}/recommendations' }).click();
        const section = page.locator('#recommend');
        await section.getByText('Example').click();
        await section.getByText("curl 'localhost:7070/v1/users/ada/recommendations'").waitFor();
        const [background, ink] = await page.evaluate<[string, string]>(
          '[getComputedStyle(document.documentElement).colorScheme, getComputedStyle(document.body).color]',
        );
        assert.equal(background, 'light dark');
        assert.equal(ink, colorScheme === 'dark' ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)');
        assert.deepEqual(troubles, []);
        await page.close();
      });
    }
  }
});
