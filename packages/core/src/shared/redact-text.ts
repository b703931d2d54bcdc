const textLengthMax = 2000;

/**
 * What carries secrets inside a text, each with what stays of it. All of them run in linear time: a log line may
 * hold what an attacker wrote.
 */
const carriers: readonly (readonly [RegExp, string])[] = [
  // Data URLs are files, and may be what a user drew.
  [/\bdata:[\w.+/-]{1,80}[;,][^\s"'<>)]*/gi, "data:[redacted]"],
  // postgres://user:password@host
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>]{1,400}@/gi, "$1[redacted]@"],
  // Any query of any URL or path: signatures, tickets and expiry times are all there.
  [/\?[^\s"'<>?=]{1,100}=[^\s"'<>]*/g, "?[redacted]"],
  // A fragment can carry what a query may: OAuth's implicit answers do.
  [/#[\w.-]{1,60}=[^\s"'<>]*/g, "#[redacted]"],
  [/(\/webhooks\/[\w.-]{1,60}\/)[\w.~-]{1,400}/g, "$1[redacted]"],
  [/\b(bearer|basic|key)\s+[\w.~+/=-]{6,}/gi, "$1 [redacted]"],
  [/\beyJ[\w-]{5,}(?:\.[\w-]*){1,4}/g, "[redacted]"],
  // Keys as vendors write them: sk-…, tsk_…, r8_…, whsec_…, github_pat_…
  [/\b(?:sk|pk|rk|tsk|tcli|r8|key|whsec|ghp|github_pat|sb_secret|sbp|fal|re)[-_][\w-]{12,}/g, "[redacted]"],
  // "api_key": "…", password=…, token: … in JSON, in forms and in prose.
  [
    /((?:authorization|api[-_ ]?key|secret|token|signature|password|passwd|credential|cookie|prompt)["']?\s{0,5}[:=]\s{0,5})(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;&"'{}[\]]+)/gi,
    "$1[redacted]",
  ],
];

/** A text without the secrets that it carries, cut to 2,000 characters. */
export function redactText(text: string): string {
  // Cut first: what is not looked at must not be kept either.
  const whole = text.length <= textLengthMax;
  const looked = whole ? text : text.slice(0, textLengthMax);
  const clean = carriers.reduce((rest, [carrier, left]) => rest.replace(carrier, left), looked);
  return whole ? clean : `${clean}… (${text.length} characters)`;
}
