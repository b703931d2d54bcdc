import { playwright } from "@vitest/browser-playwright";
import { defineProject } from "vitest/config";
import { sourceConditions } from "../../tools/vitest-shared.ts";

export default defineProject({
  ...sourceConditions,
  test: {
    name: "client-sdk (chromium)",
    include: ["src/**/*.browser.ts"],
    globalSetup: "./test/browser-server.ts",
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
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
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
