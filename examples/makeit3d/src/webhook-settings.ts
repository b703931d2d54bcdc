/** What of the environment is about the team's own server. */
export interface WebhookEnvironment {
  readonly BFF_WEBHOOK_URL?: string | undefined;
  readonly BFF_WEBHOOK_SECRETS: readonly string[];
  readonly BFF_WEBHOOK_TRUSTED_ORIGINS: readonly string[];
}

/**
 * Who is told of ends and of credits; undefined: nobody.
 *
 * @throws Error - names the variable that is missing.
 */
export function readWebhooks(config: WebhookEnvironment) {
  const { BFF_WEBHOOK_URL: url, BFF_WEBHOOK_SECRETS: secret } = config;
  const trustedOrigins = config.BFF_WEBHOOK_TRUSTED_ORIGINS;
  if (url === undefined) {
    if (secret.length > 0 || trustedOrigins.length > 0)
      throw new Error("BFF_WEBHOOK_URL: is missing beside the other settings of webhooks");
    return undefined;
  }
  if (secret.length === 0) throw new Error("BFF_WEBHOOK_SECRETS: is missing beside BFF_WEBHOOK_URL");
  return { url, secret, trustedOrigins };
}
