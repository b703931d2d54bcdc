import { createHash } from "node:crypto";

/** What one field of a model's input may be. */
export type Parameter = { readonly isRequired?: true; readonly default?: unknown } & (
  | { readonly type: "string" }
  | { readonly type: "boolean" }
  | { readonly type: "integer" | "number"; readonly minimum: number; readonly maximum: number }
  | { readonly type: "choice"; readonly values: readonly (string | number)[] }
  /** An address or a data URI. */
  | { readonly type: "file" }
  | { readonly type: "files" }
);

/** A model that can be run. */
export interface Model {
  readonly owner: string;
  readonly name: string;
  /** 64 hex digits. */
  readonly version: string;
  /** Official models are run by their name, the others by a version. */
  readonly isOfficial: boolean;
  /** Shape of its output: a list of addresses, one, an object of some, or a text that is none. */
  readonly output: "list" | "one" | "object" | "text";
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** By output, or by the second of hardware. */
  readonly price: { readonly per: "output" | "second"; readonly usd: number };
  /** What a failed prediction says whose content was refused: each model has its own words. */
  readonly refusalText: string;
}

const versionOf = (name: string) => createHash("sha256").update(`version of ${name}`).digest("hex");

const ratios = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"];
const prompt = { type: "string", isRequired: true } as const;
const seed = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 } as const;
const flag = (usual: boolean) => ({ type: "boolean", default: usual }) as const;

/** Every model that answers. */
export const models: readonly Model[] = [
  {
    owner: "black-forest-labs",
    name: "flux-schnell",
    version: versionOf("flux-schnell"),
    isOfficial: true,
    output: "list",
    parameters: {
      prompt,
      aspect_ratio: { type: "choice", values: ratios, default: "1:1" },
      num_outputs: { type: "integer", minimum: 1, maximum: 4, default: 1 },
      num_inference_steps: { type: "integer", minimum: 1, maximum: 4, default: 4 },
      seed,
      output_format: { type: "choice", values: ["webp", "jpg", "png"], default: "webp" },
      output_quality: { type: "integer", minimum: 0, maximum: 100, default: 80 },
      megapixels: { type: "choice", values: ["1", "0.25"], default: "1" },
      disable_safety_checker: flag(false),
      go_fast: flag(true),
    },
    price: { per: "output", usd: 0.003 },
    refusalText: "NSFW content detected. Try running it again, or try a different prompt.",
  },
  {
    owner: "black-forest-labs",
    name: "flux-kontext-pro",
    version: versionOf("flux-kontext-pro"),
    isOfficial: true,
    output: "one",
    parameters: {
      prompt,
      input_image: { type: "file" },
      aspect_ratio: {
        type: "choice",
        values: ["match_input_image", ...ratios],
        default: "match_input_image",
      },
      seed,
      output_format: { type: "choice", values: ["jpg", "png"], default: "png" },
      safety_tolerance: { type: "integer", minimum: 0, maximum: 6, default: 2 },
      prompt_upsampling: flag(false),
    },
    price: { per: "output", usd: 0.04 },
    refusalText:
      "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
  },
  {
    owner: "firtoz",
    name: "trellis",
    version: versionOf("trellis"),
    isOfficial: false,
    output: "object",
    parameters: {
      images: { type: "files", isRequired: true },
      seed,
      randomize_seed: flag(true),
      texture_size: { type: "integer", minimum: 512, maximum: 2048, default: 1024 },
      mesh_simplify: { type: "number", minimum: 0.9, maximum: 0.98, default: 0.95 },
      generate_model: flag(false),
      generate_color: flag(true),
      generate_normal: flag(false),
    },
    price: { per: "second", usd: 0.0014 },
    refusalText: "NSFW content detected",
  },
  {
    owner: "andreasjansson",
    name: "blip-2",
    version: versionOf("blip-2"),
    isOfficial: false,
    output: "text",
    parameters: {
      image: { type: "file", isRequired: true },
      caption: flag(false),
      question: { type: "string", default: "What is this a picture of?" },
    },
    price: { per: "second", usd: 0.0014 },
    refusalText: "NSFW content detected",
  },
];

/** Models that somebody keeps warm, by the name of the deployment. */
const deployments: Readonly<Record<string, string>> = { "genbff/kontext": "flux-kontext-pro" };

/** The model of that name. */
export function findModel(owner: string, name: string): Model | undefined {
  return models.find((model) => model.owner === owner && model.name === name);
}

/** The model that a deployment runs. */
export function findDeployed(owner: string, name: string): Model | undefined {
  const deployed = deployments[`${owner}/${name}`];
  return models.find((model) => model.name === deployed);
}

/** The model that a `version` names: its hex digits, with or without its name, or an official model's name alone. */
export function findVersion(text: string): Model | undefined {
  return models.find((model) => {
    const name = `${model.owner}/${model.name}`;
    const names = [model.version, `${name}:${model.version}`, ...(model.isOfficial ? [name] : [])];
    return names.includes(text);
  });
}

/** What `GET /models/{owner}/{name}` answers. */
export function describeModel({ owner, name, version, parameters }: Model, site: string): unknown {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([field, parameter]) => [field, schemaOf(parameter)]),
  );
  const required = Object.keys(parameters).filter((field) => parameters[field]?.isRequired === true);
  const schemas = { Input: { type: "object", properties, required } };
  return {
    url: `${site}/${owner}/${name}`,
    owner,
    name,
    visibility: "public",
    latest_version: { id: version, openapi_schema: { openapi: "3.0.2", components: { schemas } } },
  };
}

function schemaOf({ isRequired: _, ...parameter }: Parameter): unknown {
  switch (parameter.type) {
    case "choice":
      return { enum: parameter.values, default: parameter.default };
    case "file":
      return { type: "string", format: "uri" };
    case "files":
      return { type: "array", items: { type: "string", format: "uri" } };
    default:
      return parameter;
  }
}
