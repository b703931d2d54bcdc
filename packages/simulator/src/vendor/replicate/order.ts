import { isRecord } from "../../faults/json.ts";
import { localUrl } from "../../media/fetch-local.ts";
import type { ReceivedRequest } from "../../request.ts";
import { problemsIn } from "./check-input.ts";
import { findVersion, type Model } from "./models.ts";
import { invalid, Refusal } from "./refusal.ts";
import { type WebhookEvent, webhookEvents } from "./store.ts";

/** A creation request, checked. */
export interface Order {
  readonly model: Model;
  readonly input: Record<string, unknown>;
  readonly webhook: string | undefined;
  readonly webhookEvents: readonly WebhookEvent[];
  /** How long the answer may be held back, in milliseconds. */
  readonly waitMs: number | undefined;
  readonly cancelAfterMs: number | undefined;
}

const fields = ["input", "webhook", "webhook_events_filter", "stream"];
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Checks a creation request.
 *
 * @param named - the model that the path names; undefined where `version` must.
 * @throws Refusal - whatever the vendor would say.
 */
export async function readOrder(request: ReceivedRequest, named: Model | undefined): Promise<Order> {
  const { fields: body } = await request.body();
  const known = named ? fields : [...fields, "version"];
  const problems = Object.keys(body)
    .filter((name) => !known.includes(name))
    .map((name) => `(root): Additional property ${name} is not allowed`);
  if (body.input === undefined) problems.push("(root): input is required");
  if (!named && typeof body.version !== "string") problems.push("(root): version is required");
  if (problems.length > 0) throw invalid(problems);
  const model = named ?? findVersion(String(body.version));
  if (!model) {
    const detail = "The specified version does not exist (or perhaps you don't have permission to use it?)";
    throw new Refusal(422, detail, "Invalid version or not permitted");
  }
  const webhook = readWebhook(body.webhook);
  const events = readFilter(body.webhook_events_filter);
  const wrong = problemsIn(body.input, model);
  if (wrong.length > 0 || !isRecord(body.input)) throw invalid(wrong);
  return {
    model,
    input: body.input,
    webhook,
    webhookEvents: events,
    waitMs: readPrefer(request.headers.get("prefer")),
    cancelAfterMs: readCancelAfter(request.headers.get("cancel-after")),
  };
}

/** By https only. Plain http is taken to this machine alone, where nobody has certificates. */
function readWebhook(value: unknown): string | undefined {
  if (value == null) return undefined;
  const isUsable = typeof value === "string" && (/^https:\/\/./.test(value) || localUrl(value) !== undefined);
  if (!isUsable) throw invalid(["webhook: must be an HTTPS URL"]);
  return value;
}

function readFilter(value: unknown): readonly WebhookEvent[] {
  if (value == null) return ["output", "completed"];
  const events = webhookEvents.filter((event) => Array.isArray(value) && value.includes(event));
  if (!Array.isArray(value) || events.length !== new Set(value).size) {
    throw invalid([`webhook_events_filter: must be a list of ${webhookEvents.join(", ")}`]);
  }
  return events;
}

function readPrefer(text: string | null): number | undefined {
  if (text === null) return undefined;
  // As published: two digits were meant to end at 60, and do not.
  const [whole, , seconds = "60"] = /^wait(=([1-9]|[1-9][0-9]|60))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Refusal(400, "The Prefer header is invalid.");
  return Math.min(60, Number(seconds)) * 1000;
}

function readCancelAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const [, amount, unit = ""] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (amount === undefined || Number(amount) === 0)
    throw new Refusal(400, "The Cancel-After header is invalid.");
  return Number(amount) * (units[unit] ?? 1000);
}
