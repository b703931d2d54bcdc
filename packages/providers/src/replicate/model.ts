import type { JsonObject } from "@genbff/core";

/** Which model runs, and where it is asked to. */
export interface ReplicateModel {
  /** Below the base URL. */
  readonly path: string;
  /** What a submission says beside the input. */
  readonly body: { readonly version?: string };
  /** `owner/name`, as predictions are listed with; undefined where only a version is known, or a deployment decides. */
  readonly name: string | undefined;
}

const part = "[A-Za-z0-9][\\w.-]*";
const official = new RegExp(`^${part}/${part}$`);
const deployment = new RegExp(`^deployments/(${part}/${part})$`);
const version = new RegExp(`^(?:(${part}/${part}):)?([0-9a-f]{64})$`);

/**
 * Reads `owner/name`, `owner/name:version`, a version, or `deployments/owner/name`.
 *
 * @throws Error - it is none.
 * @see https://replicate.com/docs/reference/http#predictions.create
 */
export function parseModel(model: string): ReplicateModel {
  const [, name, id] = version.exec(model) ?? [];
  if (id !== undefined) return { path: "predictions", body: { version: id }, name };
  const [, deployed] = deployment.exec(model) ?? [];
  if (deployed !== undefined)
    return { path: `deployments/${deployed}/predictions`, body: {}, name: undefined };
  if (official.test(model)) return { path: `models/${model}/predictions`, body: {}, name: model };
  throw new Error(
    "replicate: the model must look like 'owner/name', 'owner/name:<64 hex digits>' or 'deployments/owner/name'.",
  );
}

/** The body of a submission, webhooks aside. */
export function bodyOf({ body }: ReplicateModel, input: JsonObject): JsonObject {
  return { ...body, input };
}
