import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import sharp from "sharp";

/** The machines that docs/add-your-own-provider.md speaks of. A job moves when it is looked at; a slow one never ends. */
export async function startFarm(): Promise<{ url: string; close(): Promise<void> }> {
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#c2341a" } })
    .png()
    .toBuffer();
  const states = [
    { state: "queued" },
    { state: "drawing", percent: 40 },
    { state: "drawing", percent: 80 },
    { state: "done" },
  ];
  const jobs = new Map<string, { slow: boolean; looks: number }>();
  const server = createServer(async (request, response) => {
    const json = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const [, , id = "", part] = (request.url ?? "").split("/");
    if (request.method === "POST") {
      const slow = (JSON.parse(await text(request)) as { prompt: string }).prompt.includes("slow");
      const made = `job-${jobs.size + 1}`;
      jobs.set(made, { slow, looks: 0 });
      return json(202, { id: made, state: "queued" });
    }
    const job = jobs.get(id);
    if (job === undefined) return json(404, {});
    if (part === "picture") return response.writeHead(200, { "content-type": "image/png" }).end(picture);
    if (request.method === "DELETE") {
      jobs.delete(id);
      return json(200, {});
    }
    const state = states[Math.min(job.looks, job.slow ? 1 : states.length - 1)];
    job.looks += 1;
    return json(200, { id, ...state });
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
