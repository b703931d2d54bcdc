import { gzipSync } from "node:zlib";
import type { Fault } from "./rule.ts";

const megabyte = 1024 * 1024;

/**
 * Packs an answer so that unpacking hurts.
 *
 * `bomb`: the honest body and then a gigabyte of spaces, in a megabyte of gzip; `stacked`: packed several times over.
 */
export async function compress(response: Response, fault: Fault): Promise<Response> {
  const body = Buffer.from(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  if (fault.variant === "stacked") {
    const layers = fault.layers ?? 3;
    let packed: Buffer = body;
    for (let layer = 0; layer < layers; layer++) packed = gzipSync(packed);
    headers.set("content-encoding", Array(layers).fill("gzip").join(", "));
    return new Response(new Uint8Array(packed), { status: response.status, headers });
  }
  // Members of gzip may follow each other: the same kilobyte a thousand times is a gigabyte of spaces.
  const member = gzipSync(Buffer.alloc(megabyte, " "));
  const members = Array.from({ length: fault.megabytes ?? 1024 }, () => member);
  headers.set("content-encoding", "gzip");
  return new Response(new Uint8Array(Buffer.concat([gzipSync(body), ...members])), {
    status: response.status,
    headers,
  });
}
