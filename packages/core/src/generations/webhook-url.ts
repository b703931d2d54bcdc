import type { BffContext } from "../context.ts";

type Ports = Pick<BffContext, "signedText" | "webhookBase">;

const purpose = "webhook";

/** What the secret in a webhook's path says, beside that it was made here. */
export interface WebhookAddress {
  /** Which generation's submission it was given with; undefined where an operator registered it. */
  readonly generationId: string | undefined;
}

/**
 * Where a vendor may tell us of a job, with a secret that nobody can guess: of one generation, or of the provider.
 * Undefined where no vendor could reach us.
 */
export async function webhookUrl(
  { signedText, webhookBase }: Ports,
  provider: string,
  generationId?: string,
): Promise<string | undefined> {
  if (webhookBase === undefined) return undefined;
  const named = generationId === undefined ? [provider] : [provider, generationId];
  return `${webhookBase}/${encodeURIComponent(provider)}/${await signedText.sign(purpose, named)}`;
}

/** What the secret of a path is good for; undefined where it was not made here for this provider. */
export async function readWebhookSecret(
  { signedText }: Ports,
  provider: string,
  secret: string,
): Promise<WebhookAddress | undefined> {
  const named = await signedText.verify(purpose, secret);
  if (!Array.isArray(named) || named[0] !== provider) return undefined;
  return { generationId: typeof named[1] === "string" ? named[1] : undefined };
}

/** @throws Error - the provider takes no webhooks, or `publicUrl` is missing or cannot be reached from outside. */
export async function registeredWebhookUrl(
  context: Pick<BffContext, "catalogue"> & Ports,
  provider: string,
): Promise<string> {
  if (context.catalogue.provider(provider)?.verifyWebhook === undefined)
    throw new Error(`'${provider}' takes no webhooks`);
  const url = await webhookUrl(context, provider);
  if (url === undefined) throw new Error("publicUrl must be an https address that vendors can reach");
  return url;
}
