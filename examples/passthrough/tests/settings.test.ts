import { expect, it } from "vitest";
import { readmeSettings, settingsOf } from "../../makeit3d/tests/readme-table.ts";
import { environment, readSettings } from "../src/settings.ts";

it("has every setting in the README, with its default", async () => {
  expect(await readmeSettings(new URL("../README.md", import.meta.url))).toEqual(settingsOf(environment));
});

it.each([
  ["BFF_OPENAI_REQUESTS_PER_MINUTE", "0"],
  ["RESULT_LIFETIME_MINUTES", "1441"],
  ["TASK_IDS", "theirs"],
  ["AUTH_JWT_SECRET", "short"],
  ["LINK_SECRET", "short"],
])("refuses %s=%s by its name", (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(`${name}: `);
});
