// Role play: the page plays the caller, the cards come as in a call.
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible, expectNoSidewaysScroll, keepPicture } from './kit/page';
import { Server } from './kit/server';

let server: Server;

test.beforeAll(async () => {
  server = await Server.start();
});

test.afterAll(() => server.stop());

for (const [language, begin, answer, over] of [
  ['en', 'Begin: The line fails again', 'Your answer', 'The caller has hung up'],
  ['de', 'Beginnen: Schon wieder kein Internet', 'Ihre Antwort', 'Der Anrufer hat aufgelegt'],
] as const) {
  test(`a caller can be practised with to the end, ${language}`, async ({ page }) => {
    const complained = complaints(page);
    await page.goto(`${server.url}/practice?lang=${language}`);
    await page.getByRole('button', { name: begin }).click();
    await expect(page.locator('.bubble.caller')).toHaveCount(1);
    await expect(page.locator('.told.open')).not.toHaveCount(0);
    // What the card proposes, said: it counts as used.
    const say = (await page.locator('.told.open .say').first().textContent()) ?? '';
    await page.getByLabel(answer).fill(say);
    await page.keyboard.press('Enter');
    await expect(page.locator('.told.used').filter({ hasText: say })).toBeVisible();
    await expect(page.locator('.bubble.caller')).toHaveCount(2);
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        if (language === 'en') await keepPicture(page, `practice-${width}-${theme}`);
      }
    }
    for (let turn = 0; turn < 4; turn++) {
      await page.getByLabel(answer).fill('so');
      await page.keyboard.press('Enter');
    }
    await expect(page.getByText(over)).toBeVisible();
    await expect(page.locator('.result dd').first()).not.toHaveText('0');
    await expectAccessible(page);
    expect((await server.calls.listCalls({})).calls).toEqual([]);
    expect(complained).toEqual([]);
  });
}
