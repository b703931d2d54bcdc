import { expect, it } from "vitest";
import { readmeSettings, settingsOf } from "../../makeit3d/tests/readme-table.ts";
import { environment, readConfig } from "../src/config.ts";

it("has every setting in the README, with its default", async () => {
  expect(await readmeSettings(new URL("../README.md", import.meta.url))).toEqual(settingsOf(environment));
});

it.each([
  ["SUPABASE_URL without its key", { SUPABASE_URL: "https://x.supabase.co" }, /give both or neither/],
  ["a key without SUPABASE_URL", { SUPABASE_SERVICE_ROLE_KEY: "sb_secret_1" }, /give both or neither/],
  ["a port that is none", { PORT: "http" }, /PORT/],
  ["a number of logos at once that is none", { PAINTER_CONCURRENCY: "0" }, /PAINTER_CONCURRENCY/],
])("refuses %s", (_, variables, message) => {
  expect(() => readConfig(variables)).toThrow(message);
});

it("plays the vendors that have neither key nor address, and no others", () => {
  const { gemini, seedream } = readConfig({ GEMINI_API_KEY: "a key", SEEDREAM_BASE_URL: "" }).vendors;
  expect([gemini.simulated, seedream.simulated]).toEqual([false, true]);
  const elsewhere = readConfig({ SEEDREAM_BASE_URL: "https://seedream.test" }).vendors.seedream;
  expect(elsewhere).toEqual({ apiKey: "any", baseUrl: "https://seedream.test", simulated: false });
});
