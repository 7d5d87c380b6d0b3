// Practice by voice: Chromium's pretended microphone hears the agent of the bundled call.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import config from '../playwright.config';
import { expectAccessible } from './kit/page';
import { DEMO, Server } from './kit/server';

const { executablePath, args = [] } = config.use?.launchOptions ?? {};
const SECONDS = 6;

/** One side of a recording in 16-bit samples, from its start. */
function side(recording: string, channel: 0 | 1, seconds: number): string {
  const whole = readFileSync(recording);
  const rate = whole.readUInt32LE(24);
  const [from, count] = [whole.indexOf('data') + 8, rate * seconds];
  const made = Buffer.alloc(44 + count * 2);
  whole.copy(made, 0, 0, 44);
  made.writeUInt32LE(36 + count * 2, 4);
  made.writeUInt32LE(16, 16);
  made.writeUInt16LE(1, 22);
  made.writeUInt32LE(rate * 2, 28);
  made.writeUInt16LE(2, 32);
  made.write('data', 36);
  made.writeUInt32LE(count * 2, 40);
  for (let i = 0; i < count; i++) made.writeInt16LE(whole.readInt16LE(from + i * 4 + channel * 2), 44 + i * 2);
  const path = join(mkdtempSync(join(tmpdir(), 'attune-voice-')), 'voice.wav');
  writeFileSync(path, made);
  return path;
}

test.use({
  launchOptions: {
    ...(executablePath ? { executablePath } : {}),
    args: [...args, '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${side(DEMO, 1, SECONDS)}`],
  },
});

test('what the trainee says is written down, can be mended, and is said', async ({ page }) => {
  const server = await Server.start({ tokens: { 'desk-secret': 'watch' } });
  try {
    await page.goto(`${server.url}/practice?lang=en#token=desk-secret`);
    await page.getByRole('button', { name: 'Begin: The line fails again' }).click();
    const speak = page.getByRole('button', { name: 'Speak' });
    await speak.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('Listening')).toBeVisible();
    await expectAccessible(page);
    // Speech takes its time.
    await page.waitForTimeout(2 * SECONDS * 1000);
    await page.keyboard.press('Enter');
    const answer = page.getByLabel('Your answer');
    await expect(answer).toHaveValue(/thank you for calling|how can i help/, { timeout: 30_000 });
    await expect(answer).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.locator('.bubble.mine')).toContainText(/thank you for calling|how can i help/);
    expect((await server.calls.listCalls({})).calls).toEqual([]);
  } finally {
    await server.stop();
  }
});
