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

test('a page renews a token for seconds in time, and the guide stays where it is', async ({ page }) => {
  await page.goto(`${server.url}/host.html?call=past#lender=desk-secret&seconds=6`);
  const frame = page.frameLocator('attune-guide iframe');
  const line = frame.locator('.line.caller').first();
  await expect(line).toBeVisible();
  const guide = page.locator('attune-guide');
  const token = () => guide.evaluate((guide) => (guide as HTMLElement & { token: string }).token);
  const first = await token();
  expect(first).toMatch(/^lent\./);
  await line.evaluate((line) => line.setAttribute('data-same', ''));
  const asks = page.locator('.log li').filter({ hasText: 'attune-token-expiring' });
  // By the third time the first has ended.
  await expect(asks.nth(2)).toBeAttached();
  await expect.poll(token).not.toBe(first);
  await expect(server.withToken(first).getCall({ callId: 'past' })).rejects.toThrow(/unauthenticated/i);
  // What is asked now comes with the new one.
  await frame.getByRole('group', { name: 'Is it settled?' }).getByRole('button', { name: 'Yes' }).click();
  await expect(frame.getByText('Noted.')).toBeVisible();
  await expect(frame.locator('.line[data-same]')).toHaveCount(1);
  // In no address and in no markup.
  expect(await page.content()).not.toContain('lent.');
  expect(page.url()).not.toContain('secret');
});

test('without a new token the guide says so, and one that comes late opens it again', async ({ page }) => {
  const lent = await server.lend('desk-secret', 2);
  await page.goto(`${server.url}/host.html?call=past#token=${lent}`);
  const frame = page.frameLocator('attune-guide iframe');
  await expect(frame.locator('.line.caller').first()).toBeVisible();
  await page.waitForFunction(() => Date.now() > Number(document.querySelector('attune-guide')?.getAttribute('token')?.split('.').at(-2)) * 1000);
  await page.locator('attune-guide').evaluate((guide) => guide.setAttribute('call', 'other'));
  await expect(frame.getByRole('heading', { name: 'Your token does not open this' })).toBeVisible();
  await page.locator('attune-guide').evaluate((guide) => guide.setAttribute('call', 'past'));
  await expect(frame.getByRole('heading', { name: 'Your token does not open this' })).toBeVisible();
  await page.locator('attune-guide').evaluate((guide) => ((guide as HTMLElement & { token: string }).token = 'desk-secret'));
  await expect(frame.locator('.line.caller').first()).toBeVisible();
});
