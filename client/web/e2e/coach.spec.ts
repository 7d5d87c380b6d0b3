// The coach: every live call on the wall, one of them from close by, and a word to its agent.
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible } from './kit/page';
import { DEMO, Server } from './kit/server';

test.describe.configure({ mode: 'serial' });

let server: Server;

test.beforeAll(async () => {
  server = await Server.start();
});

test.afterAll(() => server.stop());

test('a call is on the wall while it is live, and the note of its coach is a card of its agent', async ({ page, context }) => {
  const complained = complaints(page);
  await page.goto(`${server.url}/wall`);
  await expect(page.getByText('No call is live')).toBeVisible();
  const agent = await context.newPage();
  await agent.goto(`${server.url}/?call=coached`);
  server.stream(DEMO, 'coached');
  const row = page.locator('.wall-row').filter({ hasText: 'coached' });
  await expect(row).toBeVisible();
  // The mood and the cards come as the call goes on.
  await expect(row.locator('.notes')).not.toContainText('/ 0', { timeout: 60_000 });
  await expectAccessible(page);
  await row.click();
  // Words and cards side by side, without scrolling.
  await expect(page.locator('.line.caller').first()).toBeInViewport();
  await expect(page.getByLabel('A word to the agent')).toBeInViewport();
  await page.getByLabel('A word to the agent').fill('Offer to call back on Friday.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('The agent has it.')).toBeVisible();
  const card = agent.locator('article.card.person');
  await expect(card).toContainText('Offer to call back on Friday.');
  await expect(card).toContainText('From your coach');
  await expect(page.locator('.told.open').filter({ hasText: 'From your coach' })).toBeVisible();
  await expectAccessible(page);
  await expectAccessible(agent);
  await card.getByRole('button', { name: 'Used' }).click();
  await expect(page.locator('.told.used').filter({ hasText: 'Offer to call back' })).toBeVisible();
  const cards = (await server.events('coached')).filter(({ body }) => body.case === 'suggestion' && body.value.fromPerson);
  expect(cards).toHaveLength(1);
  expect(complained).toEqual([]);
});

test('what has ended leaves the wall and counts for today', async ({ page }) => {
  await page.goto(`${server.url}/wall`);
  const calls = page.locator('.stat').filter({ hasText: 'Calls today' }).locator('strong');
  await expect(calls).toHaveText('0');
  const row = page.locator('.wall-row').filter({ hasText: 'short' });
  server.stream(DEMO, 'short', { speed: 10 });
  await expect(row).toBeVisible();
  await expect(row).toBeHidden({ timeout: 60_000 });
  await expect(calls).not.toHaveText('0');
});

test('the wall is for coaches', async ({ page }) => {
  const locked = await Server.start({ tokens: { 'desk-secret': 'watch' } });
  try {
    await page.goto(`${locked.url}/wall#token=desk-secret`);
    await expect(page.getByRole('heading', { name: 'Your token does not open this' })).toBeVisible();
  } finally {
    await locked.stop();
  }
});
