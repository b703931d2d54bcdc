import type { OperationEntry, OperationList } from "@genbff/client-sdk";

const prompt = { type: "string", title: "Prompt", minLength: 1, maxLength: 4000 };
const style = { type: "string", title: "Style", enum: ["gouache", "clay"] };
const n = { type: "integer", title: "How many", minimum: 1, maximum: 10, default: 1 };
const imageParameters = {
  type: "object",
  properties: {
    n,
    size: {
      type: "string",
      title: "Size",
      enum: ["auto", "1024x1024", "1536x1024", "1024x1536"],
      default: "auto",
    },
    background: {
      type: "string",
      title: "Background",
      enum: ["auto", "transparent", "opaque"],
      default: "auto",
    },
  },
};
const modelParameters = {
  type: "object",
  properties: {
    texture: { type: "boolean", title: "Colour", default: true },
    face_limit: {
      type: "integer",
      title: "Faces at most",
      description: "Fewer load faster.",
      minimum: 48,
      maximum: 20000,
    },
  },
};

function entry(
  operation: string,
  title: string,
  output: "image" | "model",
  properties: OperationEntry["input"],
  required: string[],
): OperationEntry {
  return {
    operation,
    title,
    output,
    input: { type: "object", properties, required },
    provider_optional: true,
    providers: [
      {
        provider: output === "image" ? "provider_a" : "provider_b",
        parameters: output === "image" ? imageParameters : modelParameters,
        price: {
          credits: output === "image" ? 1 : 8,
          per: output === "image" ? "output" : "call",
          multipliers: {},
        },
      },
    ],
  };
}

/** Four operations of two providers. */
export const catalogue: OperationList = {
  operations: [
    entry("text-to-image", "A picture from words", "image", { prompt, style }, ["prompt"]),
    entry(
      "image-to-image",
      "A picture from your photo",
      "image",
      { prompt, style, input_image_asset_url: { type: "string" } },
      ["prompt", "input_image_asset_url"],
    ),
    entry("text-to-model", "A 3D model from words", "model", { prompt, style }, ["prompt"]),
    entry(
      "image-to-model",
      "A 3D model from a picture",
      "model",
      { prompt, input_image_asset_urls: { type: "array", items: { type: "string" } } },
      ["input_image_asset_urls"],
    ),
  ],
  styles: ["gouache", "clay", "ink", "porcelain", "blueprint", "paper"].map((name) => ({
    style: name,
    title: name === "paper" ? "Cut paper" : name.charAt(0).toUpperCase() + name.slice(1),
  })),
};
