import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { TestServer } from './server';

interface Fixtures {
  server: TestServer;
  /** A page that is signed in and shows Explore. */
  app: Page;
}

/** Built files to test in place of those inside the server's program, which may be older. */
const BUILT = process.env.CLICK_LITE_UI_DIST;

export const test = base.extend<Fixtures>({
  context: async ({ context }, provide) => {
    if (BUILT !== undefined) {
      // A page that the test answers has no address, and Chromium keeps such pages from the sockets of this machine.
      await context.grantPermissions(['local-network-access']);
      await context.route(/^http:\/\/127\.0\.0\.1:\d+\/(?!api\/)/, async (route) => {
        const { pathname } = new URL(route.request().url());
        await route.fulfill({ path: join(BUILT, pathname.includes('.') ? pathname : 'index.html') });
      });
    }
    await provide(context);
  },
  // Playwright wants the pattern, though nothing is taken from it.
  server: async ({}, provide) => {
    const server = new TestServer();
    try {
      await server.start();
      await provide(server);
    } finally {
      await server.stop();
      server.remove();
    }
  },
  app: async ({ page, server }, provide) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(await server.signInLink());
    await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('Ready');
    await provide(page);
    expect(faults, 'errors of the page').toEqual([]);
  },
});

export { expect };

/** Nothing that the accessibility rules of WCAG 2.2 AA object to. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })),
    })),
  ).toEqual([]);
}

/** Chooses files as a user does in the dialog of the system. */
export async function openFiles(
  page: Page,
  files: { name: string; mimeType: string; buffer: Buffer }[],
): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')]);
  await chooser.setFiles(files);
}

export function textFile(name: string, lines: string[]): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(lines.join('\n') + '\n') };
}
