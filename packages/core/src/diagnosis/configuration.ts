import type { BffContext } from "../context.ts";
import { type Finding, ok, problem, warning } from "../shared/finding.ts";

type Configured = Pick<BffContext, "publicUrl" | "webhookBase" | "signIn" | "addressLimit">;

/** What the options say of each other. Those that cannot be were refused when the BFF was made. */
export function inspectConfiguration(context: Configured): Finding[] {
  const findings = [inspectPublicUrl(context)];
  if (context.signIn !== undefined && context.addressLimit === undefined)
    findings.push(
      warning("signIn is open, and nothing slows down whoever guesses passwords: set limits.addresses"),
    );
  return findings;
}

function inspectPublicUrl({ publicUrl, webhookBase }: Configured): Finding {
  if (publicUrl === "")
    return warning(
      "publicUrl is not set: links are paths on the BFF's own host, and vendors are asked how a job is instead of telling us",
    );
  const url = URL.parse(publicUrl);
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== publicUrl.toLowerCase())
    return problem(
      `publicUrl must be scheme and host alone, as https://app.example.com, and is ${publicUrl}: where it is mounted is basePath`,
    );
  if (webhookBase === undefined)
    return warning(
      `Vendors cannot reach ${publicUrl}, so they are asked how a job is: in production publicUrl is https, with a public host`,
    );
  return ok(`Browsers and vendors come to ${publicUrl}`);
}
