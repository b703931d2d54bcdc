import { isGenbffError } from "@genbff/client-sdk";

/** What to say to people about an error: the server's own sentence where there is one. */
export function sentenceOf(error: unknown): string {
  if (isGenbffError(error, "network", "unexpected_answer"))
    return "The studio cannot be reached just now. Please try again soon.";
  if (isGenbffError(error, "validation_failed")) return issuesOf(error.details) ?? error.message;
  if (isGenbffError(error)) return error.message;
  return "Something broke on our side. Please try again.";
}

/** What exactly a form lacks, where the server says it: "The picture must be at least 256 × 256 pixels." */
function issuesOf(details: Record<string, unknown>): string | null {
  if (!Array.isArray(details.issues)) return null;
  const messages = details.issues.map((issue: { message?: unknown }) => issue.message);
  const sentences = messages.filter((message) => typeof message === "string" && message.endsWith("."));
  return sentences.length > 0 ? sentences.join(" ") : null;
}
