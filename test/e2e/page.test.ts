import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { TEMPORAL } from '../doubles/workflow-stage.ts';
import { noBrowser, startBrowser, Visit } from './browser.ts';
import type { Look } from './browser.ts';
import { MARKED_ITEM, MARKUP, PageWorld, PINNED_ITEM } from './page-world.ts';

interface Answered {
  readonly position: readonly string[];
  readonly items: readonly { readonly id: string }[];
}

const LOOKS: readonly Look[] = [
  { width: 1280, height: 900, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
  { width: 1280, height: 900, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
];

const noTemporal = TEMPORAL.unavailable;

describe('the page', { skip: noBrowser }, () => {
  let world: PageWorld;
  let browser: Browser;
  before(async () => {
    [world, browser] = await Promise.all([
      PageWorld.create(noTemporal === undefined),
      startBrowser(),
    ]);
  });
  after(async () => {
    await browser.close();
    await world.close();
  });

  async function visit(look: Look, story: (visit: Visit) => Promise<void>): Promise<void> {
    const one = await Visit.open(browser, look);
    try {
      await story(one);
      await one.fits();
      assert.deepEqual(one.faults, [], 'the console is clean');
    } finally {
      await one.page.close();
    }
  }

  for (const look of LOOKS) {
    const name = `at ${String(look.width)} pixels, ${look.scheme}`;

    test(`tells the listener’s story ${name}`, async (t) => {
      await visit(look, async (one) => {
        const user = await chooseSomebody(one);
        await play(one, t);
        await openWhy(one.page);
        await one.look('2-played');
        await hearOthers(one, user);
        await travel(one, user);
        await imagine(one);
        await switchVersions(one, t);
      });
    });

    test(`finds items, figures and what was refused ${name}`, async () => {
      await visit(look, async (one) => {
        await findItems(one);
        await seeFigures(one);
        await seeRefused(one);
        await seeServing(one);
      });
    });
  }

  test('can be used by the keyboard alone', async () => {
    await visit({ width: 1280, height: 900, scheme: 'light' }, async ({ page }) => {
      await page.goto(`${world.url}/#/listen/keyboard`);
      await page.waitForSelector('.answer-row');
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'To the content');
      await page.keyboard.press('Enter');
      for (let tabs = 0; tabs < 40; tabs += 1) {
        await page.keyboard.press('Tab');
        if ((await focused(page)).startsWith('Play ')) break;
      }
      assert.match(await focused(page), /^Play /);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.change strong');
      await page.waitForSelector('.event');
    });
  });

  /** Opens the page and chooses somebody who is active; gives their id. */
  async function chooseSomebody(one: Visit): Promise<string> {
    const { page } = one;
    await page.goto(world.url);
    await page.waitForSelector('.welcome');
    await one.until("document.querySelector('.strip').textContent.includes('v1')");
    await one.look('0-open');
    const offered = page.locator('.offered a').first();
    const user = (await offered.textContent()) ?? '';
    await offered.click();
    await page.waitForSelector('.answer-row');
    await page.waitForSelector('.event');
    assert.equal(await page.locator('.answer-row').count(), 12);
    assert.match(await page.locator('.answered h1').innerText(), new RegExp(user));
    await one.look('1-chosen');
    return user;
  }

  /** Plays the best item: it goes, and the answer says what became of the others. */
  async function play(one: Visit, t: TestContext): Promise<void> {
    const { page } = one;
    const before = await shownItems(page);
    await page.locator('.act-play').first().click();
    await one.until(
      `document.querySelector('.change')?.dataset.ms !== undefined &&
        document.querySelector('[data-item="${before[0] ?? ''}"]') === null`,
    );
    const ms = Number(await page.locator('.change').getAttribute('data-ms'));
    t.diagnostic(`from the click to the new answer: ${String(ms)} ms`);
    assert.ok(ms > 0);
    assert.match(await page.locator('.change').innerText(), /after playing /);
    assert.notDeepEqual(await shownItems(page), before);
  }

  /** Opens a reason: its parts sum to the score. */
  async function openWhy(page: Page): Promise<void> {
    const why = page.locator('.why').first();
    await why.locator('summary').click();
    const shares = await why.locator('.part-share').allInnerTexts();
    const sum = shares.reduce((all, share) => all + Number(share), 0);
    const score = /score, (-?[\d.]+)\./.exec(await why.innerText())?.[1];
    assert.ok(Math.abs(sum - Number(score)) < 0.01, `${shares.join(' ')} make ${String(score)}`);
  }

  /** Somebody else tells of the same user: the answer changes by itself, over the stream. */
  async function hearOthers(one: Visit, user: string): Promise<void> {
    const { page } = one;
    const [first] = await shownItems(page);
    await world.ask('POST', '/v1/events', { type: 'play', user, item: first });
    await one.until(
      `document.querySelector('.change').textContent.includes('a new event of theirs') &&
        document.querySelector('[data-item="${first ?? ''}"]') === null`,
    );
  }

  /** Goes to before the last two events: the answer is what the API says of that moment. */
  async function travel(one: Visit, user: string): Promise<void> {
    const { page } = one;
    const now = await shownItems(page);
    const slider = page.locator('#moment');
    await slider.focus();
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press('ArrowLeft');
    await page.waitForSelector('.answered-past .answer[aria-busy="false"]');
    await page.waitForSelector('.event-here');
    const moment = (await page.locator('.event-here .event-go').getAttribute('title')) ?? '';
    const asOf = /\d+:\d+/.exec(moment)?.[0] ?? '';
    const path = `/v1/users/${user}/recommendations?n=12&asOf=${asOf}`;
    const { items } = (await world.ask('GET', path)) as unknown as Answered;
    assert.deepEqual(
      await shownItems(page),
      items.map(({ id }) => id),
    );
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^right after they /);
    assert.equal(await page.locator('.act').count(), 0);
    await one.look('3-travelled');
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.waitForSelector('.answered:not(.answered-past) .answer[aria-busy="false"]');
    assert.deepEqual(await shownItems(page), now);
  }

  /** Imagines an event away; nothing is written. */
  async function imagine(one: Visit): Promise<void> {
    const { page } = one;
    const { journal } = await world.ask('GET', '/v1/status');
    await page.locator('.what-if').first().click();
    await page.waitForSelector('.what-if-card .difference, .what-if-card p:not(.soft)');
    await one.until("!document.querySelector('.what-if-card').textContent.includes('Replaying')");
    await one.look('4-imagined');
    const { journal: later } = await world.ask('GET', '/v1/status');
    const heads = (told: unknown): unknown => (told as { heads: unknown }).heads;
    assert.deepEqual(heads(later), heads(journal));
    await page.getByRole('button', { name: 'Close' }).click();
    assert.equal(await page.locator('.what-if-card').count(), 0);
  }

  /** Promotes the version beside the live one, which the stream tells of, and takes it back. */
  async function switchVersions(one: Visit, t: TestContext): Promise<void> {
    const { page } = one;
    await page.goto(`${world.url}/#/models`);
    await page.waitForSelector('[data-version="v1"]');
    if (world.shadow === undefined) {
      t.diagnostic(`no version to promote: ${noTemporal ?? ''}`);
      await one.look('5-models');
      return;
    }
    await page.waitForSelector('tr:has-text("backfill-v2") a[href*="/workflows/backfill-v2"]');
    await page.getByRole('button', { name: 'Promote v2' }).click();
    await page.waitForSelector('.model-live[data-version="v2"]');
    await one.until("document.querySelector('.strip').textContent.includes('v2')");
    await one.look('5-models');
    await page.getByRole('button', { name: 'Roll back to v1' }).click();
    await page.waitForSelector('.model-live[data-version="v1"]');
    const { live } = await world.ask('GET', '/v1/models');
    assert.equal(live, 'v1');
  }

  async function findItems(one: Visit): Promise<void> {
    const { page } = one;
    await page.goto(`${world.url}/#/items`);
    await page.fill('#search', 'sons');
    // What looks like markup is text.
    await page.getByRole('link', { name: MARKUP }).click();
    await page.waitForSelector(`.item-card h2:has-text("<b>Sons</b>")`);
    assert.equal(await page.locator('.item-card h2 b, .item-card h2 img').count(), 0);
    assert.equal(await page.title(), 'Reprise');
    await page.waitForSelector('.similar li');
    await one.look('6-items');
    await page.locator('.similar a').first().click();
    await one.until(
      `!location.hash.endsWith('${MARKED_ITEM}') && document.querySelector('.similar li') !== null`,
    );
  }

  async function seeFigures(one: Visit): Promise<void> {
    const { page } = one;
    await page.goto(`${world.url}/#/figures`);
    await page.waitForSelector('.plot canvas');
    assert.equal(await page.locator('.plot canvas').count(), 4);
    await one.until(
      "document.querySelector('.plots').textContent.includes('of the newest sampled events')",
    );
    await one.look('7-figures');
  }

  /** Sees what is tried out, and an answer under a scenario and without it. */
  async function seeServing(one: Visit): Promise<void> {
    const { page } = one;
    await page.goto(`${world.url}/#/serving`);
    const arm = page.locator('[data-experiment="front"] [data-arm="bold"]');
    await arm.waitFor();
    assert.match(await arm.innerText(), /50 %/);
    assert.equal(
      await page.locator('[data-experiment="front"] .tag').first().innerText(),
      'undecided',
    );
    assert.match(await page.locator('[data-scenario="pinned"]').innerText(), /item\.year > 1990/);
    assert.ok(
      await page.evaluate<boolean>(
        "[...document.querySelectorAll('.experiment .scroll')].every((table) => table.scrollWidth <= table.clientWidth)",
      ),
      'all of an arm is seen at once',
    );
    await one.look('9-serving');
    await page.goto(`${world.url}/#/listen/tries`);
    await page.waitForSelector('.answer-row');
    const before = await shownItems(page);
    await page.goto(`${world.url}/#/serving`);
    await page.getByRole('button', { name: 'Try pinned' }).focus();
    await page.keyboard.press('Enter');
    await one.until(
      `document.querySelector('.scenario-name')?.textContent === 'pinned' &&
        document.querySelector('.answer-row')?.dataset.item === '${PINNED_ITEM}'`,
    );
    await one.look('10-tried');
    await page.getByRole('button', { name: 'Without it' }).click();
    await one.until(
      `document.querySelector('.scenario-name') === null &&
        document.querySelector('.answer-row')?.dataset.item === '${before[0] ?? ''}'`,
    );
    assert.deepEqual(await shownItems(page), before);
  }

  async function seeRefused(one: Visit): Promise<void> {
    const { page } = one;
    await page.goto(`${world.url}/#/refused`);
    const row = page.locator('tr', { hasText: 'unknown type' });
    await row.waitFor();
    assert.match(await row.innerText(), /hum/);
    assert.ok((await row.innerText()).includes(MARKUP));
    await one.look('8-refused');
  }
});

/** The ids of the items that are shown, the best first. */
function shownItems(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    "[...document.querySelectorAll('.answer-row')].map(({ dataset }) => dataset.item)",
  );
}

/** The name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
  );
}
