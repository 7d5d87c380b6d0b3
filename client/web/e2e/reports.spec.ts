// Reports over a made year: pictures, table, file, paper.
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible, expectNoSidewaysScroll, keepPicture } from './kit/page';
import { ReportBy } from '../src/gen/attune/v1/figures_pb';
import { Server, madeYear } from './kit/server';

let server: Server;

test.beforeAll(async () => {
  server = await Server.start({ data: madeYear(10_000) });
});

test.afterAll(() => server.stop());

for (const theme of ['light', 'dark'] as const) {
  test(`pictures first, then the same as a table, ${theme}`, async ({ page }) => {
    const complained = complaints(page);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const [by, ready] of [
      ['team', '.dots li'],
      ['project', '.dots li'],
      ['day', '.day-curve .curve'],
      ['issue', '.dots li'],
    ] as const) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`${server.url}/reports`);
      await page.locator('.wishes select').first().selectOption(by);
      await expect(page.locator(ready).first()).toBeVisible();
      // Every group that the table names is in the picture of a figure that all have.
      if (by !== 'day') {
        const groups = await page.locator('tbody tr').count();
        await expect(page.locator('.picture').first().locator('.dots li')).toHaveCount(groups - 1);
      }
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        await keepPicture(page, `figures-${by}-${width}-${theme}`);
      }
    }
    expect(complained).toEqual([]);
  });
}

test('a project by itself has fewer calls, and the file holds what the table shows', async ({ page }) => {
  await page.goto(`${server.url}/reports?lang=de`);
  const total = page.locator('tbody tr').last().locator('td').first();
  await expect(total).toBeVisible();
  const count = async () => Number((await total.textContent())?.replace(/\D/g, ''));
  const all = await count();
  await page.locator('.wishes select').nth(1).selectOption({ index: 1 });
  await expect.poll(count).toBeLessThan(all);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Als CSV speichern' }).click();
  const lines = readFileSync(await (await saved).path(), 'utf8').trim().split('\r\n');
  expect(lines[0]).toBe('group,calls,figure,value,low_95,high_95,count');
  const totals = lines.filter((line) => line.startsWith('total,'));
  expect(totals.length).toBeGreaterThan(5);
  for (const line of totals) expect(Number(line.split(',')[1])).toBe(await count());
});

test('on paper there are pictures and no buttons, black on white', async ({ page }) => {
  await page.goto(`${server.url}/reports?theme=dark`);
  await expect(page.locator('.picture').first()).toBeVisible();
  await page.emulateMedia({ media: 'print', reducedMotion: 'reduce' });
  await expect(page.locator('.picture').first()).toBeVisible();
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  const ground = () => page.evaluate(() => getComputedStyle(document.querySelector('.picture') as Element).backgroundColor);
  expect(await ground()).toBe('rgb(255, 255, 255)');
});

test('the wall says which steps of plans are due', async ({ page }) => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(`${server.url}/wall`);
  await expect(page.locator('.stats')).toBeVisible();
  await expect(page.getByText('Hear five calls together')).toBeHidden();
  const steps = [
    { text: 'Write down what callers ask next', dueDate: inDays(2) },
    { text: 'Hear five calls together', dueDate: inDays(-3) },
    { text: 'Read the notes anew', dueDate: inDays(20) },
    { text: 'Ask the team', dueDate: inDays(-9), done: true },
  ];
  await server.coaching.setGoal({ goal: { by: ReportBy.TEAM, key: 'larch', figureId: 'first_contact_resolution', target: 0.95, dueDate: inDays(60), steps } });
  await page.reload();
  const look = page.getByRole('region', { name: 'To look at' });
  const lines = look.getByRole('listitem').filter({ hasText: 'larch' }).filter({ hasText: /due/ });
  await expect(lines).toHaveText([/Hear five calls together overdue since/, /Write down what callers ask next due/]);
  await expectAccessible(page);
  await keepPicture(page, 'wall-to-look-at-1440-light');
});
