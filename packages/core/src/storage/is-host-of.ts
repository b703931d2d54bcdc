/** The host and port that a URL of the web is asked at, whatever its spelling; null for any other text. */
function hostOf(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const host = url.hostname.replace(/\.$/, "");
  return url.port === "" ? host : `${host}:${url.port}`;
}

/** Whether a URL is asked at the host of one of these addresses. */
export function isHostOf(addresses: readonly string[], url: string): boolean {
  const host = hostOf(url);
  return host !== null && addresses.some((address) => hostOf(address) === host);
}
