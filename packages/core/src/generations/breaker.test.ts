import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { takeClock, type VirtualTime } from "../testing/generations/virtual-time.ts";

// A provider that keeps failing is left alone, by all processes together.

let test: TestDatabase;
let time: VirtualTime;
let shop: Shop;
let processes: Process[];
let broken: boolean;
const shaky = scriptedProvider({
  submit(job) {
    if (job.prompt?.includes("[job]")) return running(job.generationId, 50);
    if (broken) throw failure("not_sent");
    return picture();
  },
  check: async ({ key }) => (finished ? picture() : running(key, 50)),
});
let finished: boolean;
const other = scriptedProvider();

beforeEach(async () => {
  test = await createTestDatabase({ max: 32 });
  time = await takeClock(test);
  [broken, finished] = [true, false];
  shaky.submissions.splice(0);
  other.submissions.splice(0);
  shop = await openScriptedShop(test, {
    providers: { shaky: shaky.port, other: other.port },
    fallback: { "text-to-image": ["shaky", "other"] },
    signUp: 1000,
  });
  processes = [await shop.open(), await shop.open(), await shop.open()];
});
afterEach(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

const make = (index: number, prompt = "a lamp") =>
  shop.make(processes[index % 3] as Process, `user-${index}`, "text-to-image", { prompt });

it("opens after five failures in a row, lets one probe through per window over three processes, and closes on success", async () => {
  for (let index = 0; index < 5; index++) expect((await make(index)).provider).toBe("other");
  expect(shaky.submissions).toHaveLength(5);
  await Promise.all(Array.from({ length: 9 }, (_, index) => make(index)));
  expect(shaky.submissions).toHaveLength(5);

  for (let window = 1; window <= 2; window++) {
    await time.forward(31_000);
    const ends = await Promise.all(Array.from({ length: 9 }, (_, index) => make(index)));
    expect(ends.every((end) => end.provider === "other" && end.credits.charged === 5)).toBe(true);
    expect(shaky.submissions).toHaveLength(5 + window);
  }

  broken = false;
  await time.forward(31_000);
  expect((await make(0)).provider).toBe("shaky");
  const ends = await Promise.all(Array.from({ length: 6 }, (_, index) => make(index)));
  expect(ends.every((end) => end.provider === "shaky")).toBe(true);
});

it("stays closed while successes come in between", async () => {
  for (let index = 0; index < 8; index++) {
    broken = index % 4 !== 3;
    await make(index);
  }
  broken = false;
  expect((await make(9)).provider).toBe("shaky");
});

it("never fails what the provider already has: it is asked for that as before", async () => {
  const submitted = make(0, "a lamp [job]");
  while (shaky.submissions.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let index = 1; index <= 5; index++) expect((await make(index)).provider).toBe("other");
  expect((await make(6)).provider).toBe("other");
  expect(shaky.submissions).toHaveLength(6);
  finished = true;
  expect(await submitted).toMatchObject({ status: "complete", provider: "shaky", credits: { charged: 5 } });
});

it("makes those wait who have nobody else to ask, and fails none of them", async () => {
  for (let index = 0; index < 5; index++) await make(index);
  broken = false;
  const process = processes[0] as Process;
  const started = await process.ask("alice", "/generate/text-to-image", {
    task_id: "t",
    prompt: "a lamp",
    provider: "shaky",
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(shaky.submissions).toHaveLength(5);
  await time.forward(31_000);
  expect(await shop.endOf(process, "alice", started.json.generation_id)).toMatchObject({
    status: "complete",
  });
});
