import type { BffContext } from "../context.ts";
import type { InputFile, ProviderJob } from "../providers/port.ts";
import { sha256Hex } from "../shared/digest.ts";
import { webhookUrl } from "./webhook-url.ts";
import type { SourceFile, WorkOrder } from "./work-order.ts";

/** The work order as its provider sees it: no user, no wallet, no price. */
export async function toProviderJob(context: BffContext, order: WorkOrder): Promise<ProviderJob> {
  return {
    generationId: order.id,
    attempt: order.attempt,
    operation: order.operation,
    input: order.input,
    prompt: order.prompt ?? undefined,
    style: typeof order.input.style === "string" ? order.input.style : undefined,
    files: order.sources.map((source) => toInputFile(context, source)),
    drafts: order.drafts.map(({ field, generation_id: generationId, operation, job }) => ({
      field,
      generationId,
      operation,
      job,
    })),
    outputs: order.outputs,
    clientReference: order.attempt_row.client_reference,
    userReference: sha256Hex(`${context.secret}:${order.user_id}`).slice(0, 32),
    webhookUrl: await boundUrl(context, order),
  };
}

/** Only for those who can prove what they send there. */
async function boundUrl(context: BffContext, order: WorkOrder): Promise<string | undefined> {
  const provider = context.catalogue.provider(order.provider);
  return provider?.verifyWebhook === undefined ? undefined : webhookUrl(context, order.provider, order.id);
}

function toInputFile(context: BffContext, source: SourceFile): InputFile {
  return {
    field: source.field,
    contentType: source.content_type,
    bytes: source.bytes,
    sha256: source.sha256,
    width: source.width,
    height: source.height,
    async open() {
      const stored = await context.storage.open(source.storage_key);
      if (stored === null) throw new Error("an input file is gone from storage");
      return stored.stream;
    },
  };
}
