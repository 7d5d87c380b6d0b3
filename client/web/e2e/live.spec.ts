// One real call, streamed at the pace of life, seen by a page that opens before it begins.
import { expect, test, type Page } from '@playwright/test';
import { Colour, FeedbackKind } from '../src/gen/attune/v1/call_pb';
import { complaints, expectAccessible, expectNoSidewaysScroll, keepPicture, keepWatch } from './kit/page';
import { DEMO, Server } from './kit/server';

test.describe.configure({ mode: 'serial' });

let server: Server;
let page: Page;
let complained: string[];

test.beforeAll(async ({ browser }) => {
  server = await Server.start();
  page = await browser.newPage();
  complained = complaints(page);
  await keepWatch(page);
  await page.goto(`${server.url}/?call=demo`);
});

test.afterAll(async () => {
  await page.close();
  await server.stop();
});

test('waits for the call and says that it is live', async () => {
  await expect(page.getByText('waiting for the call')).toBeVisible();
  await expect(page.getByText('not enough yet')).toHaveCount(4);
  server.stream(DEMO, 'demo');
  await expect(page.locator('.pill.live')).toBeVisible();
  await expect(page.getByText('waiting for the call')).toBeHidden();
});

test('a card appears while the call runs, and the words that led to it are marked', async () => {
  await expect(page.locator('article.card').first()).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('.pill.live')).toBeVisible();
  await expect(page.locator('.line.triggered').first()).toBeVisible();
});

test('a correction sticks', async () => {
  // By keyboard alone: to the tile, into the panel, to the choice.
  const tile = page.locator('.tile.colour');
  await tile.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  const yellow = dialog.getByRole('button', { name: 'yellow' });
  for (let i = 0; i < 10 && !(await yellow.evaluate((button) => button === document.activeElement)); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(tile).toContainText('yellow');
  await expect(tile).toContainText('set by hand');
  await expectAccessible(page);
  await keepPicture(page, 'correction-1440-light');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(tile).toBeFocused();
  await expect(tile).toContainText('set by hand');
  // The caller goes on speaking, and the model would say something else.
  const turns = async () => (await server.calls.getCall({ callId: 'demo' })).snapshot?.callerTurns ?? 0;
  const before = await turns();
  await expect.poll(turns, { timeout: 40_000 }).toBeGreaterThan(before);
  await expect(tile).toContainText('yellow');
  expect((await server.calls.getCall({ callId: 'demo' })).snapshot?.colour).toMatchObject({ colour: Colour.YELLOW, corrected: true });
});

test('a key says that a card was used', async () => {
  const used = async () => {
    const events = await server.events('demo');
    return events.filter(({ body }) => body.case === 'feedback' && body.value.kind === FeedbackKind.USED).length;
  };
  // A card may go away by itself just before the key; then it is the next one's turn.
  const press = async () => {
    const place = await page.locator('article.card kbd').first().textContent({ timeout: 30_000 });
    await page.keyboard.press(place ?? '');
    await expect.poll(used, { timeout: 3000 }).toBe(1);
  };
  await expect(press).toPass({ timeout: 60_000 });
});

test('Escape puts a card away, and a wrong one says why', async () => {
  const dismissed = async () =>
    (await server.events('demo')).flatMap(({ body }) => (body.case === 'feedback' && body.value.kind === FeedbackKind.DISMISSED ? [body.value.reason] : []));
  const putAway = async () => {
    await expect(page.locator('article.card').first()).toBeVisible({ timeout: 30_000 });
    await page.keyboard.press('Escape');
    await expect.poll(dismissed, { timeout: 3000 }).toContain('');
  };
  await expect(putAway).toPass({ timeout: 60_000 });
  const wrong = async () => {
    const card = page.locator('article.card').first();
    await expect(card).toBeVisible({ timeout: 30_000 });
    await card.getByRole('button', { name: 'Wrong' }).click({ timeout: 3000 });
    await card.getByRole('button', { name: 'too late' }).click({ timeout: 3000 });
    await expect.poll(dismissed, { timeout: 3000 }).toContain('too late');
  };
  await expect(wrong).toPass({ timeout: 60_000 });
});

test('the live view is accessible at every width in both themes', async () => {
  // For the pictures there is to be more to see.
  if (process.env['GALLERY']) await expect(page.locator('article.card').first()).toBeVisible({ timeout: 60_000 });
  for (const colorScheme of ['dark', 'light'] as const) {
    // Without motion: no colour is measured on its way to another.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [320, 768, 1440]) {
      await page.setViewportSize({ width, height: width === 320 ? 720 : 900 });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await keepPicture(page, `live-${width}-${colorScheme}`);
    }
  }
  // The widths were changed by the test.
  await page.evaluate(() => (window.watched.shift = 0));
});

test('after a restart of the server it resumes without a gap or a duplicate', async () => {
  await server.kill();
  await expect(page.getByText('connecting again')).toBeVisible();
  await server.run();
  const log = await server.events('demo');
  const numbers = log.map(({ sequence }) => Number(sequence));
  expect(numbers).toEqual(Array.from({ length: log.length }, (_, i) => i + 1));
  await expect.poll(() => page.evaluate(() => window.watched.sequences), { timeout: 30_000 }).toEqual(numbers);
  await expect(page.getByText('connecting again')).toBeHidden();
});

test('nothing moved by itself, and nothing broke a rule', async () => {
  expect(await page.evaluate(() => window.watched.shift)).toBeLessThan(0.02);
  expect(complained).toEqual([]);
});
