// Writing notes: live check, try-out, saving, history and the way back. And the settings of a person.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { complaints, expectAccessible, expectNoSidewaysScroll, keepPicture } from './kit/page';
import { Side } from '../src/gen/attune/v1/call_pb';
import { DEMO, Server, industry } from './kit/server';

/** A note on a caller's words, before all others. */
const note = (id: string, words: string, say: string, kind = 'empathy') =>
  `\n[[note]]\nid = "${id}"\nclass = "${kind}"\nwhen.caller_says = "${words}"\nsay = "${say}"\nwhy = "w"\npriority = 100\n`;

test.use({ reducedMotion: 'reduce' });

test('a note is changed, checked, tried, saved, and taken back', async ({ page }) => {
  const folder = industry('telecom');
  const file = join(folder, 'en.toml');
  const first = readFileSync(file, 'utf8');
  const server = await Server.start({ tokens: { 'coach-secret': 'coach' }, settings: ['--playbooks', folder] });
  try {
    const complained = complaints(page);
    await page.goto(`${server.url}/playbooks#token=coach-secret`);
    await page.getByRole('link', { name: /^en\.toml/ }).click();
    const text = page.getByRole('textbox', { name: 'en.toml' });
    await expect(text).toHaveValue(first);
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await expect(save).toBeDisabled();

    // A slip is told with its line and the word that was meant, and is not saved.
    const parrot = (kind: string) => first + note('parrot', 'my parrot', 'How is the parrot?', kind);
    await text.fill(parrot('empaty'));
    const line = parrot('').slice(0, parrot('').indexOf('class = ""')).split('\n').length;
    const problem = page.locator('.problems button');
    await expect(problem).toContainText(`en.toml:${line}`);
    await expect(problem).toContainText('empathy');
    // On the line itself too, for those who see it.
    const mark = page.locator('.marks .wrong');
    await expect(mark).toContainText('empathy');
    await expect(text).toHaveAttribute('aria-invalid', 'true');
    await expect(save).toBeDisabled();
    await problem.click();
    await expect(text).toBeFocused();
    expect(await text.evaluate((box: HTMLTextAreaElement) => box.value.slice(box.selectionStart, box.selectionEnd))).toBe('class = "empaty"');
    const places = await Promise.all([mark, text].map((part) => part.boundingBox()));
    expect(places[0]?.y).toBeGreaterThan(places[1]?.y ?? Infinity);
    expect(places[0]?.y).toBeLessThan((places[1]?.y ?? 0) + (places[1]?.height ?? 0));
    await expectAccessible(page);
    await keepPicture(page, 'playbook-mistake-1440-light');

    await text.fill(parrot('empathy'));
    await expect(page.locator('.problems')).toBeHidden();
    await page.getByLabel('What is said').fill('agent: good morning\nmy parrot has eaten the cable');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await expect(page.locator('.tried').first()).toContainText('How is the parrot?');
    await expect(page.locator('.tried.away li').first()).toBeVisible();
    await page.getByText('What is different from the saved text').click();
    await expect(page.locator('.changes .new')).toContainText(['id = "parrot"']);
    await expect(page.locator('.changes .gone')).toHaveCount(0);
    await expectAccessible(page);

    await page.getByLabel('What for?').fill('for people with parrots');
    await save.click();
    await expect(page.getByText('Saved.')).toBeVisible();
    expect(readFileSync(file, 'utf8')).toBe(parrot('empathy'));
    const history = page.locator('.history > ol > li');
    await expect(history).toHaveCount(2);
    await expect(history.first()).toContainText('t0');
    await expect(history.first()).toContainText('for people with parrots');
    await page.getByRole('button', { name: 'Change of version 2' }).click();
    await expect(history.first().locator('.new').filter({ hasText: 'my parrot' })).toBeVisible();
    await expectAccessible(page);
    await history.last().scrollIntoViewIfNeeded();
    await keepPicture(page, 'playbook-history-1440-light');

    // A call that begins a moment later has the note: the server has read the file anew.
    const turns = [{ side: Side.CALLER, text: 'my parrot has eaten the cable' }];
    await expect
      .poll(async () => {
        const cards: string[] = [];
        for await (const { payload } of server.review.reviewDialogue({ languageCode: 'en', turns })) {
          if (payload.case === 'event' && payload.value.body.case === 'suggestion') cards.push(payload.value.body.value.noteId);
        }
        return cards;
      })
      .toContain('parrot');

    await page.getByRole('button', { name: 'Take back version 1' }).click();
    await expect(text).toHaveValue(first);
    await page.keyboard.press('Control+s');
    await expect(history).toHaveCount(3);
    expect(readFileSync(file, 'utf8')).toBe(first);
    expect(complained).toEqual([]);
  } finally {
    await server.stop();
  }
});

test('what somebody else wrote in the meantime is shown and not overwritten', async ({ page }) => {
  const folder = industry('telecom');
  const file = join(folder, 'en.toml');
  const first = readFileSync(file, 'utf8');
  const server = await Server.start({ settings: ['--playbooks', folder] });
  try {
    await page.goto(`${server.url}/playbooks?file=en.toml`);
    const text = page.getByRole('textbox', { name: 'en.toml' });
    await expect(text).toHaveValue(first);
    const [mine, theirs] = [first + note('parrot', 'my parrot', 'How is the parrot?'), first + note('cat', 'my cat', 'How is the cat?')];
    await text.fill(mine);
    writeFileSync(file, theirs);
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await save.click();
    const conflict = page.getByRole('alert');
    await expect(conflict).toContainText('Nothing was saved');
    await expect(conflict.locator('.gone').filter({ hasText: 'my cat' })).toBeVisible();
    await expect(conflict.locator('.new').filter({ hasText: 'my parrot' })).toBeVisible();
    await expect(save).toBeDisabled();
    expect(readFileSync(file, 'utf8')).toBe(theirs);
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Take their text' }).click();
    await expect(text).toHaveValue(theirs);
    await text.fill(mine);
    const again = `${theirs}# and more\n`;
    writeFileSync(file, again);
    await save.click();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await expect(text).toHaveValue(mine);
    await save.click();
    await expect(page.getByText('Saved.')).toBeVisible();
    expect(readFileSync(file, 'utf8')).toBe(mine);
    // What was there is not lost.
    await expect(page.locator('.history > ol > li')).toHaveCount(2);
    await page.getByRole('button', { name: 'Take back version 1' }).click();
    await expect(text).toHaveValue(again);

    // Saved beside a file that is broken: true, but it is not used yet.
    writeFileSync(join(folder, 'garden.toml'), '[playbook\n');
    await save.click();
    await expect(page.getByText('until garden.toml is mended')).toBeVisible();
  } finally {
    await server.stop();
  }
});

test('a text that is not saved is tried on a call that was taken, and two files are compared on it', async ({ page }) => {
  const folder = industry('telecom');
  const telecom = readFileSync(join(folder, 'en.toml'), 'utf8');
  writeFileSync(join(folder, 'en.toml'), telecom.replace('[playbook]\n', '[playbook]\nscorecard = ["Was the fault number given?"]\n'));
  writeFileSync(join(folder, 'plain.en.toml'), '[playbook]\nname = "Plain"\nextends = "en"\n');
  const server = await Server.start({ settings: ['--playbooks', folder] });
  try {
    await server.record(DEMO, 'past', { speed: 50 });
    await page.goto(`${server.url}/playbooks?file=en.toml`);
    const text = page.getByRole('textbox', { name: 'en.toml' });
    await expect(text).not.toBeEmpty();
    const said = (await server.events('past')).flatMap(({ body }) => (body.case === 'transcript' && body.value.side === Side.CALLER ? [body.value.text] : []));
    const words = said.find((line) => line.split(' ').length > 5)?.toLowerCase().replace(/[^a-z' ]/g, '').split(' ').slice(0, 4).join(' ') ?? '';
    await text.fill((await text.inputValue()) + note('by-the-words', words, 'These very words.', 'solution'));
    await page.getByRole('button', { name: 'A recorded call' }).click();
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const rows = page.locator('.comparison tbody tr');
    const own = rows.filter({ hasText: 'by-the-words' });
    await expect(own.first()).toBeVisible();
    await expect(own.first().locator('td').first()).toHaveText('no card');
    await expect(page.locator('.comparison tbody tr.both').first()).toBeVisible();
    await expectAccessible(page);
    await keepPicture(page, 'playbook-on-call-1440-light');

    await page.goto(`${server.url}/review?call=past`);
    await page.getByRole('group', { name: 'Was the fault number given?' }).getByRole('button', { name: 'yes' }).click();
    const compare = page.getByText('Compare two playbooks on this call');
    // By keyboard alone.
    await compare.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('The other')).toHaveValue('plain.en.toml');
    await page.getByRole('button', { name: 'Compare', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('.comparison thead')).toContainText('plain.en.toml');
    await expect(rows.first()).toBeVisible();
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('.compare').scrollIntoViewIfNeeded();
    await keepPicture(page, 'compare-1440-light');
  } finally {
    await server.stop();
  }
});

test('an agent may not open it', async ({ page }) => {
  const server = await Server.start({ tokens: { 'desk-secret': 'watch' } });
  try {
    await page.goto(`${server.url}/playbooks#token=desk-secret`);
    await expect(page.getByLabel(/token/i)).toBeVisible();
    await expect(page.locator('.calls')).toHaveCount(0);
  } finally {
    await server.stop();
  }
});

test('without a directory the notes can be read and tried, and the page says how to have one', async ({ page }) => {
  const server = await Server.start();
  try {
    await page.goto(`${server.url}/playbooks?lang=de`);
    await expect(page.getByText('attune-server serve --playbooks')).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('link', { name: /^de\.toml/ }).click();
    await expect(page.getByRole('textbox', { name: 'de.toml' })).not.toBeEmpty();
    await expect(page.getByRole('button', { name: 'Speichern' })).toHaveCount(0);

    await page.goto(`${server.url}/settings?lang=en`);
    await page.getByRole('button', { name: 'dark' }).click();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    const show = async () => {
      await page.getByLabel('Your agent id').fill('kim');
      await page.getByRole('button', { name: 'Show' }).click();
    };
    await show();
    await page.getByLabel('At most so many cards').fill('5');
    await page.getByRole('checkbox', { name: 'Offer' }).check();
    await page.getByLabel('Nor of these notes').fill('some-note');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved.')).toBeVisible();
    await page.reload();
    await show();
    await expect(page.getByLabel('At most so many cards')).toHaveValue('5');
    await expect(page.getByRole('checkbox', { name: 'Offer' })).toBeChecked();
    await expect(page.getByLabel('Nor of these notes')).toHaveValue('some-note');
    await expectAccessible(page);
  } finally {
    await server.stop();
  }
});
