// A hundred updates a second for five seconds: no task of the page takes longer than 50 ms. What a
// busy machine adds is not the page's: one clean stretch of six is enough, and where this very program
// was kept waiting in each of them, nothing can be said.
import { tmpdir } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from '@playwright/test';
import { Colour } from '../src/gen/attune/v1/call_pb';
import { keepWatch } from './kit/page';
import { Server, silence } from './kit/server';

const RATE = 100;
const SECONDS = 5;

test('a hundred updates a second stay smooth', async ({ page }) => {
  const server = await Server.start();
  try {
    await keepWatch(page);
    await page.goto(`${server.url}/?call=busy`);
    server.stream(silence(tmpdir(), 120), 'busy');
    await expect(page.locator('.pill.live')).toBeVisible();
    // The measure works: a task that is made to take longer is seen.
    await page.evaluate(() => {
      setTimeout(() => {
        for (const until = performance.now() + 80; performance.now() < until; );
      });
    });
    await expect.poll(() => page.evaluate(() => window.watched.longTasks.length)).toBeGreaterThan(0);
    const rounds: { perSecond: number; longest: number; kept: number }[] = [];
    for (let round = 0; round < 6 && !rounds.some(({ longest }) => longest < 50); round++) {
      await page.evaluate(() => (window.watched.longTasks.length = 0));
      const before = await page.evaluate(() => window.watched.sequences.length);
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const began = performance.now();
      const sent: Promise<unknown>[] = [];
      while (performance.now() - began < SECONDS * 1000) {
        // As many as are due by now.
        const due = Math.floor(((performance.now() - began) / 1000) * RATE) - sent.length;
        for (let i = 0; i < due; i++) {
          const colour = sent.length % 2 ? Colour.RED : Colour.BLUE;
          sent.push(server.calls.correctSnapshot({ callId: 'busy', colour }));
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await Promise.all(sent);
      delay.disable();
      const took = (performance.now() - began) / 1000;
      await expect.poll(() => page.evaluate(() => window.watched.sequences.length)).toBe(before + sent.length);
      const tasks = await page.evaluate(() => window.watched.longTasks);
      rounds.push({ perSecond: Math.round(sent.length / took), longest: Math.round(Math.max(0, ...tasks)), kept: Math.round(delay.max / 1e6) });
    }
    console.log('updates a second, longest task of 50 ms or more, longest wait of this program in ms:', JSON.stringify(rounds));
    test.skip(rounds.every(({ longest, kept }) => longest >= 50 && kept >= 50), 'the machine is too busy to tell');
    const clean = rounds.find(({ longest }) => longest < 50);
    expect(clean?.perSecond ?? 0).toBeGreaterThan(0.9 * RATE);
  } finally {
    await server.stop();
  }
});
