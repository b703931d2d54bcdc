import type { JobClock } from "../../jobs/job-clock.ts";
import { hashText } from "../../random.ts";
import type { State } from "../../state.ts";
import { type Model, models } from "./models.ts";

/** What a customer can be told of. */
export const webhookEvents = ["start", "output", "logs", "completed"] as const;

/** One of {@link webhookEvents}. */
export type WebhookEvent = (typeof webhookEvents)[number];

/** A prediction as it is kept. Its status is not: that follows from the clock. */
export interface PredictionRecord extends JobClock {
  readonly id: string;
  /** Digest of the token that made it; to every other one it does not exist. */
  readonly owner: string;
  readonly version: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Kept pictures of the input, in its order. */
  readonly pictures: readonly string[];
  /** Why it fails, where its input cannot be had. */
  readonly error?: string;
  /** When `Cancel-After` ends it. */
  readonly deadline_ms?: number;
  /** When its data were removed, where that was before their time. */
  readonly removed_ms?: number;
  readonly webhook?: string;
  readonly webhook_events: readonly WebhookEvent[];
}

/** An uploaded file. */
export interface FileRecord {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly content_type: string;
  readonly size: number;
  readonly bytes_id: string;
  readonly metadata: unknown;
  readonly created_ms: number;
  readonly isDeleted?: true;
}

/** Everything this vendor remembers. */
export interface ReplicateStore {
  save(prediction: PredictionRecord): void;
  /** The prediction, if that token may see it; without `owner`, for links, which need none. */
  prediction(id: string, owner?: string): PredictionRecord | undefined;
  /** Predictions of a token, newest first. */
  predictionsOf(owner: string): readonly PredictionRecord[];
  saveFile(file: FileRecord): void;
  file(id: string, owner: string): FileRecord | undefined;
}

/** Opens the vendor's part of the state. */
export function createStore(state: State): ReplicateStore {
  const predictions = state.collection<PredictionRecord>("replicate.predictions");
  const files = state.collection<FileRecord>("replicate.files");
  return {
    save: (prediction) => predictions.set(prediction.id, prediction),
    prediction(id, owner) {
      const found = predictions.get(id);
      return owner === undefined || found?.owner === owner ? found : undefined;
    },
    predictionsOf: (owner) =>
      predictions
        .all()
        .filter((prediction) => prediction.owner === owner)
        .reverse(),
    saveFile: (file) => files.set(file.id, file),
    file(id, owner) {
      const file = files.get(id);
      return file?.owner === owner && file.isDeleted !== true ? file : undefined;
    },
  };
}

/** The model that a prediction runs. */
export function modelOf({ version }: Pick<PredictionRecord, "version">): Model {
  const model = models.find((one) => one.version === version);
  if (!model) throw new Error(`no model has the version ${version}`);
  return model;
}

/** How many outputs were ordered. */
export function outputsOf({ input }: Pick<PredictionRecord, "input">): number {
  return typeof input.num_outputs === "number" ? input.num_outputs : 1;
}

/** The seed of a prediction: its own, or one drawn for it. */
export function seedOf({ input, id }: PredictionRecord): number {
  return typeof input.seed === "number" ? input.seed : hashText(id);
}
