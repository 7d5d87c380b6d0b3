// <attune-guide> on a page of another origin: let in where the server names it, refused where not.
import { createServer, type Server as Host } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { DEMO, Server } from './kit/server';

/** A page of somebody else's that embeds the view of `attune`. */
async function crm(attune: () => string): Promise<{ host: Host; origin: string }> {
  const host = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>CRM</title>
      <attune-guide server="${attune()}" call="past" token="desk-secret"></attune-guide>
      <script>
        window.heard = [];
        for (const kind of ['ready', 'suggestion', 'ended']) {
          addEventListener('attune-' + kind, (event) => heard.push([kind, event.detail]));
        }
      </script>
      <script type="module" src="${attune()}/guide.js"></script>`);
  });
  await new Promise<void>((done) => host.listen(0, '127.0.0.1', done));
  return { host, origin: `http://127.0.0.1:${(host.address() as AddressInfo).port}` };
}

for (const known of [true, false]) {
  test(known ? 'a page whose origin is configured may embed the view' : 'any other page may not', async ({ page }) => {
    let url = '';
    const { host, origin } = await crm(() => url);
    const tokens = { 'desk-secret': 'watch', 'line-secret': 'stream' };
    const server = await Server.start({ tokens, settings: known ? ['--page-origins', origin] : [] });
    url = server.url;
    try {
      await server.record(DEMO, 'past', { speed: 50, token: 'line-secret' });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      blocked.catch(() => undefined);
      await page.goto(origin);
      const line = page.frameLocator('attune-guide iframe').locator('.line.caller').first();
      if (known) {
        await expect(line).toBeVisible();
        const heard = () => page.evaluate(() => (window as unknown as { heard: [string, unknown][] }).heard.map(([kind]) => kind));
        await expect.poll(async () => new Set(await heard())).toEqual(new Set(['ready', 'suggestion', 'ended']));
        // Numbers of events and cards come out, never words of the call.
        const told = await page.evaluate(() => JSON.stringify((window as unknown as { heard: unknown }).heard));
        expect(told).not.toContain('internet');
        expect(asked.filter((address) => address.includes('secret'))).toEqual([]);
      } else {
        await blocked;
        await expect(line).toBeHidden();
        expect(asked.filter((address) => address.includes('attune.v1'))).toEqual([]);
      }
    } finally {
      host.close();
      await server.stop();
    }
  });
}
