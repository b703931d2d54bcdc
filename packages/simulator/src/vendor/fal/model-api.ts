import { type Endpoint, endpoints, findEndpoint } from "./endpoints.ts";
import { plainFailure, Refusal } from "./failure.ts";
import type { Parameter } from "./parameters.ts";

/** What `GET /v1/models` answers: all endpoints, or those asked for, with their schemas if those are wanted. */
export function modelsOf(query: URLSearchParams): unknown {
  const withSchema = query.getAll("expand").includes("openapi-3.0");
  const models = chosen(query).map((endpoint) => ({
    endpoint_id: endpoint.id,
    ...(withSchema ? { openapi: openApiOf(endpoint) } : {}),
  }));
  return { models, next_cursor: null, has_more: false };
}

/** What `GET /v1/models/pricing` answers. */
export function pricesOf(query: URLSearchParams): unknown {
  const prices = chosen(query).map(({ id, price }) => ({
    endpoint_id: id,
    unit_price: price.usd,
    unit: price.per,
    currency: "USD",
  }));
  return { prices, next_cursor: null, has_more: false };
}

function chosen(query: URLSearchParams): readonly Endpoint[] {
  const ids = query.getAll("endpoint_id");
  if (ids.length === 0) return endpoints;
  return ids.map((id) => {
    const endpoint = findEndpoint(id);
    if (!endpoint) throw new Refusal(plainFailure(404, `Endpoint '${id}' not found`));
    return endpoint;
  });
}

function openApiOf({ id, parameters, makes }: Endpoint): unknown {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, schemaOf(parameter)]),
  );
  const required = Object.keys(parameters).filter((name) => parameters[name]?.isRequired === true);
  const file = { type: "object", properties: { url: { type: "string", format: "uri" } }, required: ["url"] };
  const output =
    makes === "pictures"
      ? { images: { type: "array", items: file } }
      : { model_mesh: file, rendered_image: file, task_id: { type: "string" } };
  const body = { content: { "application/json": { schema: { $ref: "#/components/schemas/Input" } } } };
  return {
    openapi: "3.0.4",
    info: { title: id, version: "1.0.0" },
    paths: { [`/${id}`]: { post: { requestBody: { required: true, ...body } } } },
    components: {
      schemas: {
        Input: { type: "object", properties, required, additionalProperties: false },
        Output: { type: "object", properties: output },
      },
    },
  };
}

function schemaOf(parameter: Parameter): unknown {
  const usual = parameter.default === undefined ? {} : { default: parameter.default };
  switch (parameter.type) {
    case "string":
      return { type: "string", minLength: parameter.min ?? 0, maxLength: parameter.max ?? 100_000, ...usual };
    case "integer":
    case "number":
      return { type: parameter.type, minimum: parameter.min, maximum: parameter.max, ...usual };
    case "choice":
      return { enum: parameter.values, ...usual };
    case "size":
      return { anyOf: [{ type: "string" }, { type: "object", required: ["width", "height"] }], ...usual };
    case "image":
      return { type: "string" };
    case "images":
      return {
        type: "array",
        items: { type: "string" },
        minItems: parameter.min,
        maxItems: parameter.max,
      };
    default:
      return { type: "boolean", ...usual };
  }
}
