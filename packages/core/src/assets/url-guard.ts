import { isGlobalAddress } from "./address.ts";

/** What the guard lets through beside https on the usual port. */
export interface UrlPolicy {
  /** Exact origins that are let through whatever their scheme, port and address. */
  readonly trustedOrigins: ReadonlySet<string>;
  /** Plain http as well. Default false. */
  readonly allowHttp?: boolean;
  /** Ports beside the scheme's own. Default none. */
  readonly ports?: readonly number[];
}

/** A URL that may be fetched, once its addresses have been checked too; or why not, for the log alone. */
export type UrlVerdict =
  | { readonly url: URL; readonly host: string; readonly isAddress: boolean; readonly trusted: boolean }
  | { readonly refused: string };

const urlLengthMax = 2048;
const localSuffixes = [".local", ".internal", ".localhost", ".home.arpa"];
/** Parsers disagree about these, and a disagreement is how one host is checked and another one asked. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ambiguous = /[\u0000-\u0020\u007f-\u009f\\#]/;

/**
 * Judges a URL by its text alone (`reliability-spec.md` 8.3). Pure: asks no resolver, opens nothing.
 *
 * A host that is an address is judged here already, in any spelling, because no lookup will happen for it.
 */
export function checkUrl(text: string, policy: UrlPolicy): UrlVerdict {
  if (text.length > urlLengthMax) return { refused: "too long" };
  if (ambiguous.test(text)) return { refused: "ambiguous characters" };
  if (!/^https?:\/\/[^/]/i.test(text)) return { refused: "scheme" };
  const url = URL.parse(text);
  if (!url) return { refused: "cannot be parsed" };
  if (url.username !== "" || url.password !== "" || authorityOf(text).includes("@"))
    return { refused: "userinfo" };
  const trusted = policy.trustedOrigins.has(url.origin);
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const isAddress = url.hostname.startsWith("[") || /^[0-9.]+$/.test(host);
  const refused = trusted ? undefined : refusalOf(url, { host, isAddress }, policy);
  if (refused !== undefined) return { refused };
  if (!isAddress) url.hostname = host;
  return { url, host, isAddress, trusted };
}

/** Judges where a redirect leads. From https it never leads to http. */
export function checkRedirect(location: string, from: URL, policy: UrlPolicy): UrlVerdict {
  const target = URL.parse(location, from.href);
  if (!target) return { refused: "cannot be parsed" };
  if (from.protocol === "https:" && target.protocol !== "https:") return { refused: "redirect to http" };
  // A redirect may name a part of a page; a request never does.
  target.hash = "";
  return checkUrl(target.href, policy);
}

function refusalOf(
  url: URL,
  { host, isAddress }: { host: string; isAddress: boolean },
  policy: UrlPolicy,
): string | undefined {
  if (url.protocol !== "https:" && !policy.allowHttp) return "scheme";
  if (url.port !== "" && !policy.ports?.includes(Number(url.port))) return "port";
  if (isAddress) return isGlobalAddress(host) ? undefined : "address";
  const labels = host.split(".");
  const wellFormed = host.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  if (!wellFormed) return "host";
  if (labels.length < 2 || localSuffixes.some((suffix) => host.endsWith(suffix))) return "local host";
  return undefined;
}

/** An empty userinfo (`https://@host`) leaves no trace in a parsed URL. */
function authorityOf(text: string): string {
  return text.replace(/^https?:\/\//i, "").split(/[/?]/, 1)[0] ?? "";
}
