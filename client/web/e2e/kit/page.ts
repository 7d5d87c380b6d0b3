// What the tests look at in a page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';

import { isKept } from './gallery';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Watched {
  sequences: number[];
  shift: number;
  longTasks: number[];
}

declare global {
  interface Window {
    watched: Watched;
    axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
  }
}

/** Notes from the first moment: the numbers of the call's events, layout shifts, long tasks. */
export async function keepWatch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const watched: Watched = { sequences: [], shift: 0, longTasks: [] };
    window.watched = watched;
    addEventListener('attune-event', (event) => watched.sequences.push((event as CustomEvent<{ sequence: number }>).detail.sequence));
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) watched.shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => watched.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
}

/** What the page complains about; to be empty at the end. */
export function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(error.message));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) found.push(message.text());
  });
  return found;
}

/** axe-core finds nothing. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join('\n  ')}`);
  expect(told).toEqual([]);
}

/** Nothing sticks out at the side. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(inner).toBeLessThanOrEqual(outer ?? 0);
}

/** In the folder GALLERY, if one is named and the picture is one that is kept. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const gallery = process.env['GALLERY'];
  if (gallery && isKept(name)) await page.screenshot({ path: join(gallery, `${name}.png`) });
}
