// Who gets in, and where the token goes.
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible } from './kit/page';
import { DEMO, Server } from './kit/server';

let server: Server;

test.beforeAll(async () => {
  server = await Server.start({ tokens: { 'desk-secret': 'watch', 'coach-secret': 'coach', 'line-secret': 'stream' } });
  await server.record(DEMO, 'past', { speed: 50, token: 'line-secret' });
});

test.afterAll(() => server.stop());

test('without a token the page says what it needs', async ({ page }) => {
  await page.goto(`${server.url}/?call=past`);
  await expect(page.getByRole('heading', { name: 'This page needs a token' })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Token').fill('stale');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { name: 'Your token does not open this' })).toBeVisible();
  await page.getByLabel('Token').fill('desk-secret');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.locator('.line.caller').first()).toBeVisible();
});

test('a token in the fragment is taken out of the address and is in no other', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${server.url}/?call=past#token=desk-secret`);
  await expect(page.locator('.line.caller').first()).toBeVisible();
  expect(page.url()).toBe(`${server.url}/?call=past`);
  await page.reload();
  await expect(page.locator('.line.caller').first()).toBeVisible();
  expect(asked.filter((url) => new URL(url).href.replace(/#.*/, '').includes('secret'))).toEqual([]);
});

test('a token for single calls asks for the number, one for all shows the list', async ({ page, context }) => {
  await page.goto(`${server.url}/#token=desk-secret`);
  await page.getByLabel('Number of the call').fill('past');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.locator('.line.caller').first()).toBeVisible();
  const coach = await context.newPage();
  await coach.goto(`${server.url}/#token=coach-secret`);
  await coach.getByRole('link', { name: 'past' }).click();
  await expect(coach.locator('.line.caller').first()).toBeVisible();
});

test('the policy allows nothing inline, and the page needs nothing inline', async ({ page }) => {
  const complained = complaints(page);
  const response = await page.goto(`${server.url}/?call=past#token=desk-secret`);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(policy).not.toContain('unsafe');
  await expect(page.locator('.line.caller').first()).toBeVisible();
  await page.keyboard.press('m');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(complained).toEqual([]);
});

test('<attune-guide> brings the token to its frame and events out of it', async ({ page }) => {
  await page.goto(`${server.url}/host.html?call=past#token=desk-secret`);
  const frame = page.frameLocator('attune-guide iframe');
  await expect(frame.locator('.line.caller').first()).toBeVisible();
  await expect(page.locator('.log li').filter({ hasText: 'attune-ended' })).toBeVisible();
  const address = await page.locator('attune-guide iframe').getAttribute('src');
  expect(address).not.toContain('secret');
  await page.locator('attune-guide').evaluate((guide) => guide.setAttribute('lang', 'de'));
  await expect(frame.getByText('Stimmung', { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
});
