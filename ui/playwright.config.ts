import { defineConfig, devices } from '@playwright/test';

/** Drives the real server with the interface inside it, in the system's Chromium. */
export default defineConfig({
  testDir: './tests',
  testMatch: '**/*.spec.ts',
  // Fonts are drawn differently elsewhere.
  testIgnore: process.platform === 'linux' ? [] : ['**/pages.spec.ts'],
  fullyParallel: true,
  workers: 2,
  // A shared build machine can stall a browser for seconds; a test that fails twice is broken.
  retries: process.env.CI === undefined ? 0 : 1,
  timeout: 60_000,
  expect: {
    timeout: 15_000,
    // Edges of letters differ a little from one Chromium to the next.
    toHaveScreenshot: { maxDiffPixelRatio: 0.01, threshold: 0.25, scale: 'css' },
  },
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  forbidOnly: process.env.CI !== undefined,
  reporter: process.env.CI === undefined ? [['list']] : [['list'], ['html', { open: 'never' }]],
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1400, height: 900 },
    launchOptions: {
      executablePath: process.env.CLICK_LITE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        // Chromium's own sandbox does not start for root, as in containers.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        // Files that a test answers with have no address, and so no WebSocket to this machine.
        ...(process.env.CLICK_LITE_UI_DIST === undefined
          ? []
          : ['--disable-features=LocalNetworkAccessChecks']),
      ],
    },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
