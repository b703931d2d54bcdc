import { discardInput, keepInput, type ReceivedInput, receiveInput } from "../assets/receive-input.ts";
import { routes } from "../contract/routes.ts";
import { AppError } from "../errors/app-error.ts";
import { parseOrRefuse, validationFailed } from "../errors/validation-failed.ts";
import { findDrafts, providerOf } from "../generations/drafts.ts";
import type { CatalogueEntry } from "../operations/catalogue.ts";
import type { InputFileField } from "../operations/define-operation.ts";
import type { JsonObject } from "../shared/json.ts";
import { brokenForm, type FormPart } from "./body/multipart.ts";
import type { Form } from "./body/read-body.ts";
import { unsafeValues } from "./body/unsafe-values.ts";
import type { Call } from "./call.ts";
import { coerceFields, readField } from "./form-fields.ts";

/** A generate request that came as a form, with its files stored. */
export interface OperationForm {
  /** As it would have come as JSON: files are named by their ids. */
  readonly body: JsonObject;
  /** What is in the files: id → SHA-256. */
  readonly fileHashes: ReadonlyMap<string, string>;
  /** Takes the files back: the request was refused, or was a repeat. */
  discard(): Promise<void>;
}

/**
 * Reads a form of an operation: text fields by its schema, files into inputs of the user.
 *
 * Leaves nothing behind when it rejects.
 *
 * @throws AppError `not_found`, `validation_failed`, `asset_unusable`, `task_id_taken`, `payload_too_large`.
 */
export async function readOperationForm(
  call: Call<"generate">,
  form: Form,
  name: string,
): Promise<OperationForm> {
  const { context, caller, request } = call;
  const entry = context.catalogue.list().find(({ operation }) => operation.name === name);
  if (entry === undefined) throw new AppError("not_found");
  const received: ReceivedInput[] = [];
  const discard = async () => {
    for (const { id, media } of received) await discardInput(context, caller.userId, id, media.key);
  };
  try {
    const fields = new Map<string, string[]>();
    const add = (field: string, text: string) => fields.set(field, [...(fields.get(field) ?? []), text]);
    for await (const part of form.parts) {
      if (part.filename === undefined) {
        add(part.name, await readField(part));
        continue;
      }
      const { field, kind } = fileFieldOf(entry, part, received.length);
      const source = part.body;
      const input = {
        userId: caller.userId,
        source,
        kinds: [kind],
        filename: part.filename,
        signal: request.signal,
      };
      const stored = await receiveInput(context, input);
      received.push(stored);
      add(field, stored.id);
    }
    const body = await readFields(call, entry, fields);
    for (const input of received) {
      await keepInput(context, caller.userId, input, { taskId: body.task_id as string, own: false });
    }
    const fileHashes = new Map(received.map(({ id, media }) => [id, media.sha256]));
    return { body, fileHashes, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Which field a file belongs to: the one it is named after, else the operation's first of the kind it is named after. */
function fileFieldOf({ operation }: CatalogueEntry, part: FormPart, already: number): InputFileField {
  const field =
    operation.files.find((candidate) => candidate.field === part.name) ??
    operation.files.find((candidate) => candidate.kind === part.name);
  if (field === undefined)
    throw validationFailed([{ pointer: `/${part.name}`, message: "No file is taken here." }]);
  const most = operation.files.reduce((sum, { max }) => sum + max, 0);
  if (already >= most)
    throw validationFailed([{ pointer: `/${field.field}`, message: `At most ${most} files.` }]);
  return field;
}

async function readFields(
  call: Call<"generate">,
  entry: CatalogueEntry,
  fields: ReadonlyMap<string, readonly string[]>,
): Promise<JsonObject> {
  if (fields.has("")) throw brokenForm();
  const operation = entry.operation.name;
  const first = Object.fromEntries(Array.from(fields, ([name, [text = ""]]) => [name, text]));
  const drafts = await findDrafts(call.context, { userId: call.caller.userId, operation, fields: first });
  const provider = first.provider ?? providerOf(call.context, { operation }, drafts);
  const offer = call.context.catalogue.offer(operation, provider);
  const body = coerceFields(offer.schema, fields);
  const issues = unsafeValues(body);
  if (issues.length > 0) throw validationFailed(issues);
  return parseOrRefuse(routes.generate.body, body) as JsonObject;
}
