import { createHmac } from "node:crypto";
import type { World } from "../vendor.ts";
import type { TaskRecord } from "./store.ts";

/** Result links: signed, short-lived, and no key needed. */
export interface Links {
  /** A link to one file of a task. */
  issue(task: TaskRecord, file: string): string;
  /** Whether a link still opens. */
  opens(task: TaskRecord, path: string, query: URLSearchParams): boolean;
}

/** Makes links; each is good for `linkTtlMs`, and for as long as its issue is not declared dead. */
export function createLinks(world: World): Links {
  const { seed, canary, linkTtlMs } = world.settings;
  const sign = (path: string, expires: string, issue: string) =>
    createHmac("sha256", `links of ${seed}`).update(`${path}\n${expires}\n${issue}`).digest("base64url");
  return {
    issue(task, file) {
      const path = `/media/${canary === undefined ? "" : `${canary}/`}${task.task_id}/${file}`;
      const expires = ((world.now() + linkTtlMs) / 1000).toFixed(3);
      const issue = String(task.links_issued);
      const query = new URLSearchParams({
        Expires: expires,
        Issue: issue,
        Signature: sign(path, expires, issue),
      });
      return `${world.url()}/tripo${path}?${query}`;
    },
    opens(task, path, query) {
      const [expires, issue] = [query.get("Expires") ?? "", query.get("Issue") ?? ""];
      return (
        query.get("Signature") === sign(path, expires, issue) &&
        world.now() < Number(expires) * 1000 &&
        Number(issue) > task.links_dead
      );
    },
  };
}
