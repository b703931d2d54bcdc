import type { HostRequest } from "../../testing/host-request.ts";
import { pictures } from "../../testing/host-suite-generations.ts";
import { restyle } from "./case.ts";
import type { StagedCase } from "./staged-case.ts";

const bob = "bob";
/** What bob asks about a picture of ada's. */
const foreign = (
  name: string,
  request: (ids: { generation: string; task: string; asset: string }) => HostRequest,
): StagedCase => ({
  name: `${name} of somebody else`,
  status: 404,
  code: "not_found",
  async prepare({ makePicture }) {
    const { generation_id: generation, task_id: task, assets } = await makePicture("ada", "adas");
    return { ...request({ generation, task, asset: assets[0]?.asset_id ?? "" }), as: bob };
  },
});
const pageOne = (path: string, as: string): HostRequest => ({ path: `${path}?limit=1`, as });
/** A cursor that was made for one list and one user, used for another. */
const cursorCase = (name: string, made: HostRequest, used: (cursor: string) => HostRequest): StagedCase => ({
  name,
  status: 400,
  code: "validation_failed",
  async prepare({ makePicture, take }) {
    await makePicture("ada", "one");
    await makePicture("ada", "two");
    const { next_cursor: cursor } = await take<{ next_cursor: string }>(made);
    return used(cursor);
  },
});

/** What belongs to another. */
export const ownerCases: readonly StagedCase[] = [
  foreign("the status", ({ generation }) => ({ path: `/tasks/${generation}/status` })),
  foreign("the status of a task", ({ task }) => ({ path: `/tasks/${task}/status` })),
  foreign("a task", ({ task }) => ({ path: `/tasks/${task}` })),
  foreign("events", ({ generation }) => ({ path: `/tasks/${generation}/events` })),
  foreign("events of a task", ({ task }) => ({ path: `/tasks/${task}/events` })),
  foreign("a ticket", ({ task }) => ({ method: "POST", path: `/tasks/${task}/events/ticket` })),
  foreign("cancel", ({ generation }) => ({ method: "POST", path: `/generations/${generation}/cancel` })),
  foreign("retry", ({ generation }) => ({ method: "POST", path: `/generations/${generation}/retry` })),
  foreign("the URL", ({ asset }) => ({ path: `/assets/${asset}/url` })),
  foreign("an asset as an input", ({ asset }) => ({
    method: "POST",
    path: restyle,
    json: { task_id: "bobs", prompt: "a cat", input_image_asset_url: asset },
  })),
  {
    name: "an asset's URL of somebody else as an input",
    status: 400,
    code: "asset_url_not_allowed",
    async prepare({ makePicture }) {
      const { asset_url: url } = await makePicture("ada", "adas");
      const json = { task_id: "bobs", prompt: "a cat", input_image_asset_url: url };
      return { method: "POST", path: restyle, json, as: bob };
    },
  },
  {
    name: "a task_id of somebody else",
    status: 409,
    code: "task_id_taken",
    async prepare({ makePicture }) {
      await makePicture("ada", "adas");
      return pictures({ task_id: "adas" }, { as: bob });
    },
  },
  {
    name: "an upload for a task_id of somebody else",
    status: 409,
    code: "task_id_taken",
    async prepare({ makePicture }) {
      await makePicture("ada", "adas");
      const json = { filename: "a.png", content_type: "image/png", bytes: 9, task_id: "adas" };
      return { method: "POST", path: "/uploads", json, as: bob };
    },
  },
  cursorCase("a cursor of somebody else", pageOne("/tasks", "ada"), (cursor) => ({
    path: `/tasks?cursor=${cursor}`,
    as: bob,
  })),
  cursorCase("a cursor of another list", pageOne("/tasks", "ada"), (cursor) => ({
    path: `/credits/history?cursor=${cursor}`,
    as: "ada",
  })),
  cursorCase("a cursor with another letter", pageOne("/tasks", "ada"), (cursor) => ({
    path: `/tasks?cursor=${cursor.slice(0, -3)}${cursor.endsWith("AAA") ? "BBB" : "AAA"}`,
    as: "ada",
  })),
  {
    name: "a ticket for another task",
    status: 401,
    code: "invalid_token",
    async prepare({ makePicture, take }) {
      await makePicture("ada", "one");
      await makePicture("ada", "two");
      const asked = { method: "POST", path: "/tasks/one/events/ticket", as: "ada" } as const;
      const { ticket } = await take<{ ticket: string }>(asked);
      return { path: `/tasks/two/events?ticket=${ticket}`, as: null };
    },
  },
];
