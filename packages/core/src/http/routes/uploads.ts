import { discardInput, keepInput, type ReceivedInput, receiveInput } from "../../assets/receive-input.ts";
import type { StoredInput } from "../../assets/stored-input.ts";
import { completeUpload, reserveUpload } from "../../assets/uploads.ts";
import { taskId as taskIdSchema } from "../../contract/generation.ts";
import { uploadTypes } from "../../contract/upload.ts";
import { parseOrRefuse, validationFailed } from "../../errors/validation-failed.ts";
import type { Form } from "../body/read-body.ts";
import type { Call, RouteHandler } from "../call.ts";
import { readField } from "../form-fields.ts";
import { json } from "../respond.ts";
import { signUrls } from "../sign-urls.ts";

/** `POST /uploads`: a form with the file, or JSON that reserves a signed `PUT`. */
export const uploads: RouteHandler<"uploads"> = async (call) => {
  const { context, caller, body } = call;
  if ("parts" in body) return json(201, await present(call, await receiveForm(call, body)));
  const { filename, content_type: contentType, bytes, task_id: taskId = null } = body;
  const bytesMax = uploadTypes[contentType];
  if (bytes > bytesMax) throw validationFailed([{ pointer: "/bytes", message: `At most ${bytesMax}.` }]);
  return json(
    201,
    await reserveUpload(context, {
      userId: caller.userId,
      taskId,
      filename,
      contentType,
      bytes,
      pendingBytesMax: context.limits.pendingUploadBytesPerUser,
    }),
  );
};

/** `POST /uploads/{id}/complete`: looks at the uploaded object now. */
export const uploadComplete: RouteHandler<"uploadComplete"> = async (call) => {
  const { context, caller, params } = call;
  const row = await context.database.call("genbff_input", {
    p_user_id: caller.userId,
    p_id: params.id ?? "",
  });
  const input = await completeUpload(context, caller.userId, row as unknown as StoredInput);
  return json(200, await present(call, input));
};

async function receiveForm({ context, caller, request }: Call<"uploads">, form: Form): Promise<StoredInput> {
  let received: ReceivedInput | undefined;
  let taskId: string | null = null;
  try {
    for await (const part of form.parts) {
      if (part.name === "task_id" && part.filename === undefined && taskId === null) {
        taskId = parseOrRefuse(taskIdSchema, await readField(part));
      } else if (part.name === "file" && part.filename !== undefined && received === undefined) {
        received = await receiveInput(context, {
          userId: caller.userId,
          source: part.body,
          kinds: ["image", "model"],
          filename: part.filename,
          signal: request.signal,
        });
      } else {
        throw validationFailed([{ pointer: "", message: "A form holds one file, and perhaps a task_id." }]);
      }
    }
    if (received === undefined) throw validationFailed([{ pointer: "/file", message: "There is no file." }]);
    return await keepInput(context, caller.userId, received, { taskId, own: true });
  } catch (error) {
    if (received !== undefined) await discardInput(context, caller.userId, received.id, received.media.key);
    throw error;
  }
}

async function present({ context }: Pick<Call, "context">, input: StoredInput) {
  const urls = await signUrls(context.storage, [input.storage_key]);
  return {
    input_asset_id: input.input_asset_id,
    asset_url: urls.get(input.storage_key),
    content_type: input.content_type,
    bytes: input.bytes,
    width: input.width,
    height: input.height,
  };
}
