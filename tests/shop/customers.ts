import type { JsonObject } from "@genbff/core";
import type { GenerationStatus } from "@genbff/core/contract";
import type { Dice } from "../../packages/core/src/testing/generations/scheduler.ts";
import { someMask, somePicture } from "../vendors/media.ts";
import type { OperationCase } from "../vendors/operation-cases.ts";
import { inputFor, type Shelf } from "./shelves.ts";
import type { Shop } from "./shop.ts";

/** An order and the end that its customer was told. */
export interface Told {
  /** In its prompt, for vendors that carry no other reference. */
  readonly reference: string;
  readonly shelf: Shelf;
  readonly user: string;
  readonly operation: string;
  readonly end: GenerationStatus;
}

/** Who orders, uploads, waits and watches. */
export interface Customers {
  /** Orders the n-th generation and waits for its end. */
  order(number: number): Promise<Told>;
  /** Everything else that a user can read of what came of it. */
  lookAround(told: Told): Promise<void>;
  readonly users: readonly string[];
}

const userCount = 12;
/** Of the pictures that are worked on. */
const side = 640;
const cheapPercent = 92;
const watchersPercent = 10;

/** Opens the doors. What is ordered follows the dice. */
export function openCustomers(shop: Shop, shelves: readonly Shelf[], dice: Dice): Customers {
  const users = Array.from({ length: userCount }, (_, index) => `user-${index}`);
  const uploads = new Map<string, Promise<string>>();
  const drafts = new Map<string, string>();

  async function read(user: string, path: string, request?: RequestInit) {
    const response = await shop.ask(user, path, request);
    return { status: response.status, text: await response.text() };
  }

  async function send<Answer>(
    user: string,
    path: string,
    status: number,
    request?: RequestInit,
  ): Promise<Answer> {
    const answer = await read(user, path, request);
    if (answer.status !== status) throw new Error(`${path} answered ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as Answer;
  }

  const post = (body: object, key: string): RequestInit => ({
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", "idempotency-key": key },
  });

  /** A picture or a mask, uploaded once by each user. */
  function upload(user: string, kind: "picture" | "mask"): Promise<string> {
    const known = uploads.get(`${user} ${kind}`);
    if (known !== undefined) return known;
    const bytes = kind === "mask" ? someMask(side) : somePicture(side);
    const body = new FormData();
    body.append("file", new Blob([new Uint8Array(bytes)], { type: "image/png" }));
    const uploaded = send<{ asset_url: string }>(user, "/uploads", 201, { method: "POST", body });
    const url = uploaded.then(({ asset_url }) => asset_url);
    uploads.set(`${user} ${kind}`, url);
    return url;
  }

  async function inputOf(user: string, wish: OperationCase): Promise<JsonObject> {
    const input: Record<string, JsonObject[string]> = {};
    for (const field of wish.files ?? []) {
      const url = await upload(user, field === "input_mask_asset_url" ? "mask" : "picture");
      if (field.endsWith("_urls")) input[field] = [...((input[field] as string[] | undefined) ?? []), url];
      else input[field] = url;
    }
    if (wish.draftOf !== undefined) input.draft_generation_id = drafts.get(`${user} ${wish.draftOf}`) ?? "";
    return input;
  }

  /** Words alone most of the time: pictures of pictures take the vendors longer. */
  function chooseFrom({ operations }: Shelf, user: string): OperationCase {
    const [cheapest] = operations;
    if (cheapest === undefined) throw new Error("There is nothing on this shelf.");
    const wish = dice.below(100) < cheapPercent ? cheapest : operations[dice.below(operations.length)];
    const isPossible = wish?.draftOf === undefined || drafts.has(`${user} ${wish.draftOf}`);
    return wish !== undefined && isPossible ? wish : cheapest;
  }

  /** In turn; those that sell nothing for words alone come one time in three. */
  function chooseShelf(number: number): Shelf {
    const turn = shelves[number % shelves.length] as Shelf;
    const isCostly = turn.operations[0]?.files !== undefined && Math.floor(number / shelves.length) % 3 > 0;
    const cheap = shelves.filter(({ operations }) => operations[0]?.files === undefined);
    return isCostly ? (cheap[dice.below(cheap.length)] as Shelf) : turn;
  }

  async function untilEnd(user: string, id: string): Promise<GenerationStatus> {
    for (;;) {
      const status = await send<GenerationStatus>(user, `/tasks/${id}/status?wait=20&version=9999`, 200);
      if (status.completed_at !== null) return status;
    }
  }

  return {
    users,
    async order(number) {
      const shelf = chooseShelf(number);
      const user = users[dice.below(users.length)] as string;
      const wish = chooseFrom(shelf, user);
      const [n, watches] = [1 + dice.below(3), dice.below(100) < watchersPercent];
      const reference = `order-${number}`;
      // Every prompt is another: of two that are the same nobody could say whose purchase is whose.
      const signed = Object.fromEntries(
        Object.entries(inputFor(shelf, wish, n)).map(([field, value]) =>
          field === "prompt" || field === "brief"
            ? [field, `${value} [[reference:${reference}]]`]
            : [field, value],
        ),
      );
      const body = {
        task_id: `task-${number}`,
        provider: shelf.name,
        ...signed,
        ...(await inputOf(user, wish)),
      };
      const path = `/generate/${wish.operation}`;
      const { generation_id: id } = await send<{ generation_id: string }>(
        user,
        path,
        202,
        post(body, reference),
      );
      // A second tap on the same button.
      if (watches) await send(user, path, 202, post(body, reference));
      const [end] = await Promise.all([
        untilEnd(user, id),
        watches ? read(user, `/tasks/${id}/events`) : undefined,
      ]);
      if (end.status === "complete") drafts.set(`${user} ${wish.operation}`, end.generation_id);
      return { reference, shelf, user, operation: wish.operation, end };
    },
    async lookAround({ user, end }) {
      const [asset] = end.assets;
      const paths = [`/tasks/${end.task_id}`, "/tasks", "/credits/balance", "/credits/history?limit=100"];
      for (const path of paths) await read(user, path);
      if (asset !== undefined) await read(user, `/assets/${asset.asset_id}/url`);
      // What is refused says no more than what is taken.
      await read(user, `/generations/${end.generation_id}/cancel`, { method: "POST" });
      await read(user, `/tasks/${end.task_id}/events/ticket`, { method: "POST" });
      for (const { asset_url } of end.assets.slice(0, 1)) {
        const url = asset_url.startsWith("/") ? `http://shop.test${asset_url}` : asset_url;
        await read(user, url);
      }
    },
  };
}
