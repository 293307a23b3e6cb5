import { defineConfig } from "@playwright/test";

/** A person waits this long for an answer; a loaded machine may take it. */
const ANSWER_MS = 10_000;

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  globalSetup: "./support/server.ts",
  // The journeys share one shop and its stock: one after the other, in the order of their names.
  workers: 1,
  fullyParallel: false,
  // A journey that passes at the second try has found a fault.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: ANSWER_MS },
  reporter: process.env.CI ? [["list"]] : [["list"], ["html", { open: "never" }]],
  // Pictures for people to look at; nothing is asserted there.
  ...(process.env.SCREENSHOTS ? {} : { grepInvert: /@screenshots/ }),
  use: {
    actionTimeout: ANSWER_MS,
    navigationTimeout: 20_000,
    locale: "en-GB",
    timezoneId: "Europe/Lisbon",
    viewport: { width: 1280, height: 900 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      // The distribution's own build: a test tool's download does not work everywhere.
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
