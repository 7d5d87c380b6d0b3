// Every view at every width in both themes: accessible, nothing sticks out. GALLERY=folder keeps the
// pictures.
import { expect, test, type Page } from '@playwright/test';
import { Side } from '../src/gen/attune/v1/call_pb';
import { expectAccessible, expectNoSidewaysScroll, keepPicture } from './kit/page';
import { DEMO, DEMO_DE, Server, held, industry } from './kit/server';

const WIDTHS = [320, 768, 1440] as const;
const THEMES = ['light', 'dark'] as const;

/** How each view is come by, and what shows that it is there. */
const VIEWS: Record<string, { path: string; ready: string; keys?: string[] }> = {
  calls: { path: '/', ready: '.calls a' },
  after: { path: '/?call=past', ready: '.line.caller' },
  evidence: { path: '/?call=past', ready: '.line.caller', keys: ['f'] },
  help: { path: '/?call=past', ready: '.line.caller', keys: ['?'] },
  deutsch: { path: '/?call=past&lang=de', ready: '.line.caller' },
  wall: { path: '/wall', ready: '.wall-row .chip:not(.unknown)' },
  follow: { path: '/wall?call=now', ready: '.line.caller' },
  reviews: { path: '/review', ready: '.calls a' },
  review: { path: '/review?call=past', ready: '.stretch' },
  reports: { path: '/reports', ready: '.picture, .none' },
  playbooks: { path: '/playbooks', ready: '.calls a' },
  playbook: { path: '/playbooks?file=en.toml', ready: '.text-box textarea' },
  settings: { path: '/settings', ready: '.setting' },
  practices: { path: '/practice', ready: '.callers li' },
  embedded: { path: '/host.html?call=past', ready: 'attune-guide iframe' },
};

let server: Server;

test.beforeAll(async () => {
  // A playbook with everything a page can show, checklist and issues included.
  server = await Server.start({ settings: ['--playbooks', industry('telecom')] });
  await server.record(DEMO, 'past', { speed: 50 });
  // More on the wall: calls that stand at different points.
  for (const [callId, agent, recording, seconds, language] of [
    ['c-4272', 'kim', DEMO, 38, 'en'],
    ['c-4275', 'ole', DEMO, 88, 'en'],
    ['c-4279', 'ana', DEMO_DE, 55, 'de'],
  ] as const) {
    server.stream(held(recording, seconds, 900), callId, { speed: 4, more: ['--agent', agent, '--language', language] });
  }
  // Live for as long as the pictures take, and with something said before the first of them.
  server.stream(DEMO, 'now', { speed: 0.2 });
  await expect.poll(async () => (await server.events('now').catch(() => [])).some(({ body }) => body.case === 'transcript' && body.value.side === Side.CALLER), { timeout: 90_000 }).toBe(true);
});

test.afterAll(() => server.stop());

async function open(page: Page, view: (typeof VIEWS)[string]): Promise<void> {
  await page.goto(server.url + view.path);
  await expect(page.locator(view.ready).first()).toBeVisible();
  for (const key of view.keys ?? []) await page.keyboard.press(key);
  if (view.keys) await expect(page.getByRole('dialog')).toBeVisible();
}

for (const [name, view] of Object.entries(VIEWS)) {
  for (const theme of THEMES) {
    test(`${name}, ${theme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width === 320 ? 720 : 900 });
        await open(page, view);
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        await keepPicture(page, `${name}-${width}-${theme}`);
      }
    });
  }
}

// The codes are those of the playbook.
test('after the call its outcome takes three clicks, and stays', async ({ page }) => {
  await page.goto(`${server.url}/?call=past`);
  const ask = (question: string) => page.getByRole('group', { name: question });
  await ask('Is it settled?').getByRole('button', { name: 'Yes' }).click();
  await ask('How hard was it').getByRole('button', { name: '2' }).click();
  await ask('How did it end?').getByRole('button', { name: 'Will be called back' }).click();
  await expect(page.getByText('Noted.')).toBeVisible();
  await expect(page.getByRole('button', { pressed: true }).filter({ hasNotText: 'EN' })).toHaveText(['Yes', '2', 'Will be called back']);
  await page.reload();
  await expect(page.getByRole('button', { pressed: true }).filter({ hasNotText: 'EN' })).toHaveText(['Yes', '2', 'Will be called back']);
});

test('a sentence of the summary leads to the words that it was made from', async ({ page }) => {
  await page.goto(`${server.url}/?call=past`);
  const recap = page.locator('.recap');
  const sentence = recap.locator('dd button').first();
  await sentence.focus();
  await page.keyboard.press('Enter');
  await expect(sentence).toHaveAttribute('aria-pressed', 'true');
  const { sentences } = await server.summaries.getSummary({ callId: 'past' });
  expect(sentences.length).toBeGreaterThan(1);
  await expect(recap.locator('dd')).toHaveCount(sentences.length);
  const first = (await sentence.textContent()) ?? '';
  const sources = sentences.find(({ text }) => first.startsWith(text))?.sources ?? [];
  const line = page.locator('.line.pointed');
  await expect(line).toHaveCount(new Set(sources.map(({ utteranceId }) => utteranceId)).size);
  await expect(line.first()).toBeInViewport();
  for (const { quote } of sources) await expect(line.filter({ hasText: quote }).first()).toBeVisible();
  await expectAccessible(page);
});

test('the checklist is shown and ticked by listening', async ({ page }) => {
  const events = await server.events('past');
  const newest = events.flatMap(({ body }) => (body.case === 'checklist' ? [body.value.steps] : [])).at(-1) ?? [];
  expect(newest.length).toBeGreaterThan(0);
  await page.goto(`${server.url}/?call=past`);
  const list = page.getByRole('group', { name: 'Checklist' });
  await expect(list.getByRole('listitem')).toHaveCount(newest.length);
  await expect(list.locator('li.done')).toHaveCount(newest.filter(({ done }) => done).length);
});
