const field = "operation";

/** Our address for one job. Its query comes back with the webhook, which itself says nothing of the operation. */
export function addressFor(webhookUrl: string, operation: string): string {
  const url = new URL(webhookUrl);
  url.searchParams.set(field, operation);
  return url.href;
}

/** The operation that an address names, if it is one of these; else the first of them. */
export function operationNamed(url: string, operations: readonly string[]): string {
  const named = new URL(url, "https://any.invalid").searchParams.get(field) ?? "";
  return operations.includes(named) ? named : (operations[0] ?? "");
}
