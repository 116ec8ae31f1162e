import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { ADMIN_KEY, startServer, type TestServer } from './support.ts';

describe.skipIf(!hasChromium('GraphiQL'))('GraphiQL in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requested: string[] = [];

  beforeAll(async () => {
    server = await startServer({ shared: true });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(`http://localhost:${server.port}/graphql`);
    // The first visit from a fresh checkout finds the bundle being built, on a page that reloads itself.
    await page.locator('.graphiql-container').waitFor({ timeout: 60_000 });
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await server?.server.close({ graceMs: 0 });
  });

  const answerText = async () =>
    ((await page.locator('.graphiql-response .view-lines').textContent()) ?? '').replaceAll('\u00a0', ' ');

  test('opens with a sample operation and runs it', async () => {
    await expect
      .poll(() => page.locator('.graphiql-query-editor .view-lines').textContent())
      .toContain('hello');
    await page.getByRole('button', { name: /execute query/i }).click();
    await expect.poll(answerText).toContain('"hello": "hello"');
  });

  test('shows the documentation of the schema', async () => {
    await page.getByRole('button', { name: /show documentation explorer/i }).click();
    const docs = page.locator('.graphiql-plugin');
    await docs.getByText('Query', { exact: true }).first().click();
    await expect.poll(() => docs.textContent()).toContain('Says hello.');
    await page.screenshot({ path: '/tmp/graphiql-docs.png' });
  });

  test('offers the sample operations in a tab of their own', async () => {
    const tabs = await page.getByRole('tab').count();
    await page.getByLabel('Sample operations').selectOption({ label: 'hello' });
    await expect.poll(() => page.getByRole('tab').count()).toBe(tabs + 1);
    await expect
      .poll(() => page.locator('.graphiql-query-editor .view-lines').textContent())
      .toContain('Ask_hello');
  });

  test('switches the viewer', async () => {
    await page.getByLabel('Sample operations').selectOption({ label: 'viewer' });
    // GraphiQL reads the operation's name from the text in its own time; the tab's title shows that it has.
    await page.getByRole('tab', { name: 'Ask_viewer' }).last().waitFor();
    await expect
      .poll(() => page.locator('[role=tab][aria-selected=true]').textContent())
      .toContain('Ask_viewer');
    const ask = async (kind: string, id?: string) => {
      await page.getByLabel('Viewer').first().selectOption(kind);
      if (id) await page.getByLabel('Account id').fill(id);
      await page.getByRole('button', { name: /execute query/i }).click();
    };
    await ask('admin');
    await expect.poll(answerText).toContain('admin');
    await ask('viewer', 'u-42');
    await expect.poll(answerText).toContain('u-42');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: '/tmp/graphiql-viewer.png' });
    await ask('signedOut');
    await expect.poll(answerText).toContain('signedOut');
  });

  test('keeps a history', async () => {
    await page.getByRole('button', { name: /show history/i }).click();
    await expect.poll(() => page.locator('.graphiql-history').textContent()).toContain('viewer');
  });

  test('has no key for a page under a foreign name (DNS rebinding)', async () => {
    const rebound = await launchChromium('--host-resolver-rules=MAP evil.example 127.0.0.1');
    const other = await rebound.newPage();
    await other.goto(`http://evil.example:${server.port}/graphql`);
    expect(await other.content()).toContain('plinth-settings');
    expect(await other.content()).not.toContain(ADMIN_KEY);
    await rebound.close();
  });

  test('sent nothing to any other host, broke no policy and logged no complaint', () => {
    expect(
      requested.filter(
        (url) => !url.startsWith(`http://localhost:${server.port}/`) && !url.startsWith('data:'),
      ),
    ).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
