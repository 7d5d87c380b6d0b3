// `OPEN=1 make demo`: the page opens by itself, the call fills it, and it stays until somebody ends it.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';

test('the demo opens the page of its call and fills it', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-demo-'));
  const [opened, opener] = [join(folder, 'address'), join(folder, 'xdg-open')];
  // What a desktop has; this one notes what it is to open.
  writeFileSync(opener, `#!/bin/sh\nprintf %s "$1" > ${opened}.part && mv ${opened}.part ${opened}\n`);
  chmodSync(opener, 0o755);
  const root = resolve(import.meta.dirname, '../../..');
  // A server takes settings from its environment, and `ATTUNE_PROFILE` is none.
  const { ATTUNE_PROFILE = 'debug', ...around } = process.env;
  const environment = { ...around, PATH: `${folder}:${around['PATH'] ?? ''}`, OPEN: '1', SPEED: '4', BUILD: ATTUNE_PROFILE };
  const demo = spawn(join(root, 'scripts/demo.sh'), { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  demo.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const gone = new Promise((done) => demo.once('exit', done));
  try {
    await expect.poll(() => existsSync(opened), { timeout: 60_000 }).toBe(true);
    const address = readFileSync(opened, 'utf8');
    expect(said).toContain(address);
    await page.goto(address);
    await expect(page.locator('article.card').first()).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('The call has ended.')).toBeVisible({ timeout: 60_000 });
    await expect.poll(() => said).toContain('the page stays until Ctrl-C');
    await page.reload();
    await expect(page.locator('.line.caller').first()).toBeVisible();
    demo.kill('SIGTERM');
    await gone;
    // Nothing of it is left.
    await expect(page.request.get(address)).rejects.toThrow(/ECONNREFUSED/);
  } finally {
    demo.kill('SIGKILL');
  }
});
