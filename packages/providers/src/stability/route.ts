import { endpoints, fromPicture, fromWords, type StabilityEndpoint, type StabilityModel } from "./models.ts";
import type { StabilityOperation } from "./options.ts";

type Input = Readonly<Record<string, unknown>>;

const upscalers = {
  fast: endpoints.upscaleFast,
  conservative: endpoints.upscaleConservative,
  creative: endpoints.upscaleCreative,
};

/** Which endpoint a request goes to. The input was validated by this operation's own schema. */
export function routeOf(
  operation: StabilityOperation,
  input: Input,
  defaultModel: StabilityModel,
): StabilityEndpoint {
  switch (operation) {
    case "text-to-image":
      return fromWords((input.model as StabilityModel | undefined) ?? defaultModel);
    case "image-to-image":
      if (input.model !== undefined) return fromPicture(input.model as Exclude<StabilityModel, "core">);
      return input.control === "style" ? endpoints.style : endpoints.structure;
    case "sketch-to-image":
      return endpoints.sketch;
    case "style-transfer":
      return endpoints.styleTransfer;
    case "remove-background":
      return endpoints.removeBackground;
    case "replace-background":
      return endpoints.relight;
    case "search-and-recolor":
      return endpoints.searchAndRecolor;
    case "search-and-replace":
      return endpoints.searchAndReplace;
    case "image-inpaint":
      return endpoints.inpaint;
    case "erase":
      return endpoints.erase;
    case "outpaint":
      return endpoints.outpaint;
    case "upscale":
      return upscalers[(input.mode as keyof typeof upscalers | undefined) ?? "fast"];
    case "image-to-model":
      return input.model === "fast" ? endpoints.fast3d : endpoints.pointAware3d;
    default:
      return operation satisfies never;
  }
}
