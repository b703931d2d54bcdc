import type { InputFile } from "@genbff/core";
import { createFileBody } from "./form-data.ts";
import { createHttp } from "./http.ts";
import { statusError } from "./status-error.ts";
import { brokenCall } from "./transport-error.ts";

/** An address that a vendor signed for one upload. */
export interface SignedAddress {
  readonly vendor: string;
  readonly url: string;
  /** The vendor's own base: what a deployment trusts with its key it may be sent to, wherever it is. */
  readonly trustedUrl: string;
}

/** 20 MB over a slow line. */
const uploadTimeoutMs = 90_000;

/**
 * Puts a file where the vendor says, without our key: the address carries its own right to be written.
 *
 * @throws ProviderError - `not_sent`: it is no public https address, or nobody answered. `refused`: it was not taken.
 */
export async function putFile(address: SignedAddress, file: InputFile, signal: AbortSignal): Promise<void> {
  const { vendor } = address;
  if (!isAllowed(address)) {
    throw brokenCall({ vendor, purpose: "prepare", why: "the address for an upload is none" });
  }
  const { origin, pathname, search } = new URL(address.url);
  const http = createHttp({ vendor, baseUrl: origin, apiKey: "" });
  const path = `${pathname.slice(1)}${search}`;
  const form = createFileBody(file);
  const answer = await http({
    purpose: "prepare",
    method: "PUT",
    path,
    form,
    signal,
    answerTimeoutMs: uploadTimeoutMs,
  });
  const { status, headers, ok, body } = answer;
  await body.cancel();
  if (!ok) throw statusError({ vendor, purpose: "prepare", status, headers, body: undefined });
}

/** A picture of a user's goes to a public https name only; never to a number or to a name of our own network. */
function isAllowed({ url, trustedUrl }: SignedAddress): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin, port } = new URL(url);
  if (origin === new URL(trustedUrl).origin) return true;
  const isName = /^([a-z0-9-]+\.)+[a-z][a-z0-9-]+$/i.test(hostname);
  return (
    protocol === "https:" &&
    port === "" &&
    isName &&
    !/\.(local|internal|localhost|lan|home)$/i.test(hostname)
  );
}
