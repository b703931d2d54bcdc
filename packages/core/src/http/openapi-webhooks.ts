import { creditsWebhook, generationWebhook, webhookEventTypes } from "../contract/webhook-event.ts";
import { answerSchema } from "./openapi-names.ts";
import type { OpenApiOperation } from "./openapi-parts.ts";

const headers = {
  "webhook-id": "The same for every try: whoever hears it twice can tell.",
  "webhook-timestamp": "When this try was sent, in seconds since 1970.",
  "webhook-signature":
    "Of id, timestamp and body, by the Standard Webhooks scheme; several with spaces between.",
};

/** What the team's own server is told, where it wants to be: one entry for each type of event. */
export function describeWebhooks(tag: string): Record<string, { readonly post: OpenApiOperation }> {
  return Object.fromEntries(webhookEventTypes.map((type) => [type, { post: describeEvent(type, tag) }]));
}

function describeEvent(type: (typeof webhookEventTypes)[number], tag: string): OpenApiOperation {
  const schema = answerSchema(type.startsWith("generation.") ? generationWebhook : creditsWebhook);
  const ofType = { allOf: [schema, { properties: { type: { const: type } } }] };
  return {
    operationId: `hear_${type.replace(".", "_")}`,
    summary: `Your server is told: ${type}`,
    tags: [tag],
    security: [],
    parameters: Object.entries(headers).map(([name, description]) => ({
      ...{ name, in: "header", required: true, description, schema: { type: "string" } },
    })),
    requestBody: { required: true, content: { "application/json": { schema: ofType } } },
    responses: {
      "2XX": { description: "Heard. Nothing of the answer but its status is read." },
      default: { description: "Not heard: it is sent again." },
    },
  };
}
