// Role play: the page plays the caller, the cards come as in a call.
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible, expectNoSidewaysScroll, keepPicture } from './kit/page';
import { DEMO, Server } from './kit/server';

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

test('a recording becomes a caller, who is heard turn by turn in their own voice', async ({ page }) => {
  await page.addInitScript(() => {
    const played: HTMLMediaElement[] = ((window as unknown as { played: HTMLMediaElement[] }).played = []);
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
      if (!played.includes(this)) played.push(this);
      return play.call(this);
    };
  });
  const heard = () => page.evaluate(() => (window as unknown as { played: HTMLMediaElement[] }).played.map(({ currentTime, paused }) => ({ currentTime, paused })));
  await page.goto(`${server.url}/review`);
  await page.getByLabel('choose files').setInputFiles(DEMO);
  await expect(page.getByRole('link', { name: /call\.wav/ })).toBeVisible({ timeout: 90_000 });
  await page.getByRole('link', { name: 'Practice', exact: true }).click();
  await page.getByRole('button', { name: 'Begin: call.wav' }).click();
  await expect(page.locator('.bubble.caller')).toContainText('internet is down');
  // The first turn and no more: it begins at 7 s, and the agent answers at 13 s.
  await expect.poll(async () => (await heard())[0]?.currentTime).toBeGreaterThan(6);
  await expect.poll(async () => (await heard())[0]?.paused, { timeout: 20_000 }).toBe(true);
  expect((await heard())[0]?.currentTime).toBeLessThan(14);
  await page.getByLabel('Your answer').fill('I am sorry to hear that.');
  await page.keyboard.press('Enter');
  await expect(page.locator('.bubble.caller')).toHaveCount(2);
  await expect.poll(async () => (await heard())[0]?.currentTime).toBeGreaterThan(17);
  await expectAccessible(page);
});
