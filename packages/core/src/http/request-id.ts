const sane = /^[A-Za-z0-9_-]{8,64}$/;

/**
 * The id under which this request is found in the logs.
 *
 * A proxy's id is kept where it is short and plain, so that one id follows the request through; anything else would
 * let strangers write into the logs.
 */
export function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given !== null && sane.test(given) ? given : crypto.randomUUID();
}
