import {
  endpoints,
  findRecraftModel,
  idOfModel,
  imageToImageNames,
  type RecraftEndpoint,
  type RecraftModel,
  type RecraftModelId,
  type RecraftModelName,
} from "./models.ts";
import type { RecraftOperation } from "./options.ts";
import { wantsStyle } from "./styles.ts";

type Input = Readonly<Record<string, unknown>>;

const endpointOf: Readonly<Record<Exclude<RecraftOperation, "upscale">, RecraftEndpoint>> = {
  "text-to-image": endpoints.generate,
  "image-to-image": endpoints.imageToImage,
  "image-inpaint": endpoints.inpaint,
  "generate-background": endpoints.generateBackground,
  "replace-background": endpoints.replaceBackground,
  outpaint: endpoints.outpaint,
  "remove-background": endpoints.removeBackground,
  vectorize: endpoints.vectorize,
  erase: endpoints.eraseRegion,
};

/** Which endpoint a request goes to, and which model paints; a model has no say where one picture is answered. */
export function routeOf(
  operation: RecraftOperation,
  input: Input,
  defaultModel: RecraftModelId,
): { readonly endpoint: RecraftEndpoint; readonly model: RecraftModel } {
  const model = findRecraftModel(modelOf(operation, input, defaultModel));
  if (operation !== "upscale") return { endpoint: endpointOf[operation], model };
  return { endpoint: input.mode === "creative" ? endpoints.creativeUpscale : endpoints.crispUpscale, model };
}

/** Only the older models have styles; the edits of a part know no other. */
function modelOf(operation: RecraftOperation, input: Input, defaultModel: RecraftModelId): RecraftModelId {
  if (operation !== "text-to-image" && operation !== "image-to-image") return "recraftv3";
  if (input.model !== undefined) return idOfModel(input.model as RecraftModelName);
  const able =
    operation === "text-to-image" || imageToImageNames.some((name) => idOfModel(name) === defaultModel);
  const usual = able ? defaultModel : "recraftv4_1";
  return wantsStyle(input) && !findRecraftModel(usual).styles ? "recraftv3" : usual;
}
