import { resolveInputs } from "../assets/resolve-input.ts";
import type { BffContext } from "../context.ts";
import { isAppError } from "../errors/app-error.ts";
import { suited } from "../operations/catalogue.ts";
import type { AnyOperation, FollowUp } from "../operations/define-operation.ts";
import type { JsonObject } from "../shared/json.ts";
import { toCheckedFile } from "./checked-file.ts";
import { describeGeneration, type GenerationSource } from "./describe-generation.ts";
import { inputReferences } from "./input-references.ts";
import { readRequest } from "./read-request.ts";
import type { StoredAsset, WorkOrder } from "./work-order.ts";

const followUpsMax = 100;

/**
 * The generations that an outcome names, ready to be written with the commit that completes their parent. One that
 * cannot be described (an unknown provider, a field that is wrong) is the operation's own mistake: it is logged and
 * left out, and never fails what was delivered.
 */
export async function followUps(context: BffContext, order: WorkOrder): Promise<JsonObject[]> {
  const operation = context.catalogue.find(order.operation, order.provider)?.operation;
  if (operation === undefined) return [];
  const wanted = ask(context, operation, order);
  if (wanted.length > followUpsMax)
    context.logger.error(
      { generation_id: order.id, wanted: wanted.length },
      "too many generations follow; the first 100 are started",
    );
  const described: JsonObject[] = [];
  for (const followUp of wanted.slice(0, followUpsMax)) {
    try {
      described.push(await describe(context, order, followUp));
    } catch (error) {
      // The database is away: whoever takes this up again finds the same, and nothing is lost.
      if (isAppError(error, "unavailable")) throw error;
      context.logger.error(
        { generation_id: order.id, operation: followUp.operation, error },
        "a generation that was to follow cannot be started",
      );
    }
  }
  return described;
}

/** What the operation wants to follow; one that throws wants nothing. */
function ask(context: BffContext, operation: AnyOperation, order: WorkOrder): readonly FollowUp[] {
  try {
    return operation.followUps({
      generation_id: order.id,
      input: order.input,
      output: order.work.json,
      assets: (order.work.stored ?? []).flatMap(({ index }) => {
        const asset = order.assets.find((reserved) => reserved.index === index);
        return asset === undefined ? [] : [{ asset_id: asset.id, index }];
      }),
    });
  } catch (error) {
    context.logger.error(
      { generation_id: order.id, operation: order.operation, error },
      "followUps has thrown; nothing follows",
    );
    return [];
  }
}

async function describe(context: BffContext, order: WorkOrder, followUp: FollowUp): Promise<JsonObject> {
  const { operation, provider, input } = followUp;
  const read = await readRequest(context, {
    userId: order.user_id,
    operation,
    fields: provider === undefined ? input : { ...input, provider },
    parent: {
      generation_id: order.id,
      operation: order.operation,
      provider: order.provider,
      status: "complete",
      job: order.job,
    },
  });
  const sources: GenerationSource[] = [];
  for (const reference of inputReferences(read.offer.operation, read.input)) {
    const own = fromParent(order, reference.ref, reference.field);
    if (own !== undefined) sources.push(own);
    else {
      const handedOn = storedAs(order, reference.ref);
      const file = handedOn === undefined ? reference : { ...reference, ref: handedOn.asset_url };
      const found = await resolveInputs(context, { userId: order.user_id, files: [file] });
      const asset = handedOn === undefined ? {} : { asset_id: reference.ref };
      sources.push(...found.map(({ copied: _copied, ...source }) => ({ ...source, ...asset })));
    }
  }
  const offer = suited(read.offer, read.input, sources.map(toCheckedFile));
  return describeGeneration(context, { ...read, offer }, sources);
}

/** What this very generation has stored: it becomes visible with the same commit that starts its children. */
function fromParent(order: WorkOrder, assetId: string, field: string): GenerationSource | undefined {
  const stored = storedAs(order, assetId);
  // What is only handed on has no object: it is fetched like any other URL.
  if (stored === undefined || stored.storage_key === null) return undefined;
  const { content_type, bytes, sha256, width, height } = stored;
  return {
    field,
    asset_id: assetId,
    input_asset_id: null,
    storage_key: stored.storage_key,
    content_type,
    bytes,
    sha256,
    width,
    height,
  };
}

function storedAs(order: WorkOrder, assetId: string): StoredAsset | undefined {
  const index = order.assets.find((asset) => asset.id === assetId)?.index;
  return (order.work.stored ?? []).find((asset) => asset.index === index);
}
