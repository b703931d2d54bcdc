import { SQS } from "@aws-sdk/client-sqs";
import { sqs } from "@genbff/adapter-lambda";
import { createBff } from "@genbff/core";
import { openai } from "@genbff/providers/openai";
import { tripo } from "@genbff/providers/tripo";
import { partsOf } from "./parts.ts";
import { prices } from "./prices.ts";
import type { Settings } from "./settings.ts";

/** The shop that all three functions are a part of: two vendors, their prices, and the queue between the functions. */
export async function openShop(settings: Settings) {
  const { SQS_ENDPOINT: endpoint, AWS_REGION: region, TRIPO_POLL_MS: pollMs } = settings;
  const queue = sqs({
    client: new SQS({ region, ...(endpoint === undefined ? {} : { endpoint }) }),
    queueUrl: settings.QUEUE_URL,
  });
  const { database, storage, auth } = await partsOf(settings);
  if (database === undefined || storage === undefined || auth === undefined)
    throw new Error("the settings name no database, storage or users");
  const bff = createBff({
    database,
    storage,
    auth,
    engine: queue,
    basePath: "/api",
    publicUrl: settings.PUBLIC_URL,
    secret: settings.LINK_SECRET,
    providers: {
      // It answers when the picture is painted: asked in the queue's worker alone.
      openai: openai({ apiKey: settings.OPENAI_API_KEY, baseUrl: settings.OPENAI_BASE_URL }),
      tripo: tripo({
        apiKey: settings.TRIPO_API_KEY,
        baseUrl: settings.TRIPO_BASE_URL,
        webhookSecret: settings.TRIPO_WEBHOOK_SECRET,
        pollMs,
      }),
    },
    prices,
    credits: { signUp: settings.SIGN_UP_CREDITS },
    inputs: { trustedOrigins: settings.TRUSTED_ORIGINS },
  });
  return { bff, queue };
}
