// Looking back: a stored call, and a recording that is dropped.
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible, expectNoSidewaysScroll, keepPicture } from './kit/page';
import { DEMO, Server } from './kit/server';

let server: Server;

test.beforeAll(async () => {
  server = await Server.start();
  await server.record(DEMO, 'past', { speed: 50 });
});

test.afterAll(() => server.stop());

test('a recording becomes a call that can be heard from any point, and leaves nothing behind', async ({ page }) => {
  const complained = complaints(page);
  await page.goto(`${server.url}/review`);
  const wrong = join(tmpdir(), 'attune-no-recording.wav');
  writeFileSync(wrong, 'this is no recording');
  await page.getByLabel('choose files').setInputFiles([DEMO, wrong]);
  await expect(page.locator('.file-row .failed')).toContainText('not a WAV file', { timeout: 90_000 });
  await page.getByRole('link', { name: /call\.wav/ }).click();
  await expect(page.locator('.wave')).toHaveCount(2);
  await expect(page.locator('.stretch.card-bar').first()).toBeVisible();
  // A line leads to its place, and the sound goes on from there.
  const line = page.locator('.words .line').nth(4);
  await line.click();
  const at = async () => Number(await page.getByRole('slider').getAttribute('aria-valuenow'));
  const from = await at();
  expect(from).toBeGreaterThan(0);
  await expect(line).toHaveAttribute('aria-current', 'true');
  await page.getByRole('button', { name: 'Play' }).click();
  await expect.poll(at).toBeGreaterThan(from + 1);
  await page.getByRole('button', { name: 'Pause' }).click();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of [320, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await keepPicture(page, `recording-${width}-${theme}`);
    }
  }
  expect((await server.calls.listCalls({})).calls.map(({ callId }) => callId)).toEqual(['past']);
  expect(complained).toEqual([]);
});

test('a folder is dropped, and every recording in it is read', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-folder-'));
  mkdirSync(join(folder, 'monday'));
  copyFileSync(DEMO, join(folder, 'monday', 'first.wav'));
  writeFileSync(join(folder, 'second.WAV'), 'this is no recording');
  writeFileSync(join(folder, 'readme.txt'), 'nothing to hear');
  await page.goto(`${server.url}/review`);
  const place = await page.locator('.drop').boundingBox();
  const at = { x: (place?.x ?? 0) + 40, y: (place?.y ?? 0) + 30 };
  const hand = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await hand.send('Input.dispatchDragEvent', { type, ...at, data: { items: [], files: [folder], dragOperationsMask: 1 } });
  }
  await expect(page.locator('.file-row')).toHaveCount(2);
  await expect(page.locator('.file-row').filter({ hasText: 'second.WAV' }).locator('.failed')).toContainText('not a WAV file', { timeout: 60_000 });
  await expect(page.getByRole('link', { name: /first\.wav/ })).toBeVisible({ timeout: 60_000 });
  // Without a mouse.
  await page.getByLabel('or a folder', { exact: true }).setInputFiles(folder);
  await expect(page.locator('.file-row')).toHaveCount(4);
});

test('the recording is read as the live call was', async ({ page }) => {
  await page.goto(`${server.url}/review?call=past`);
  const words = page.locator('.words .line .text');
  await expect(words.first()).toBeVisible();
  const stored = await words.allTextContents();
  await page.goto(`${server.url}/review`);
  await page.getByLabel('choose files').setInputFiles(DEMO);
  await page.getByRole('link', { name: /call\.wav/ }).click({ timeout: 90_000 });
  await expect(words.first()).toBeVisible();
  expect(await words.allTextContents()).toEqual(stored);
});

test('one goes through a stored call by keys, and notes stay in this browser', async ({ page }) => {
  await page.goto(`${server.url}/review?call=past`);
  const slider = page.getByRole('slider');
  await slider.focus();
  const at = async () => Number(await slider.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  expect(await at()).toBe(2);
  await page.keyboard.press('n');
  expect(await at()).toBeGreaterThan(2);
  await page.keyboard.press('End');
  const end = await at();
  expect(end).toBe(Number(await slider.getAttribute('aria-valuemax')));
  await expect(page.locator('.tile.mood')).not.toContainText('not enough yet');
  await page.getByLabel(/Comment at/).fill('Good paraphrase.');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'A clear next step was agreed' }).getByRole('button', { name: 'yes' }).click();
  await expect(page.getByText('stay in this browser only')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Good paraphrase.')).toBeVisible();
  await expect(page.getByRole('group', { name: 'A clear next step was agreed' }).getByRole('button', { name: 'yes' })).toHaveAttribute('aria-pressed', 'true');
});
