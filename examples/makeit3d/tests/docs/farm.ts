import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** The machine that docs/add-your-own-provider.md speaks of: a picture for a prompt. */
export async function startFarm(): Promise<{ url: string; close(): Promise<void> }> {
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#c2341a" } })
    .png()
    .toBuffer();
  const server = createServer((request, response) => {
    const known = request.method === "POST" && request.url === "/pictures";
    response.writeHead(known ? 200 : 404, { "content-type": "image/png" }).end(known ? picture : "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
