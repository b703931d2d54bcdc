import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tinyPng } from "../../packages/core/src/testing/test-studio.ts";

/** One job that was sold. */
interface Job {
  readonly id: string;
  readonly input: unknown;
  readonly createdAt: string;
  /** Where its buyer wants to be told. */
  readonly webhook: string | undefined;
  status: string;
}

/** A vendor of pictures that talks like Replicate, in the hands of a test. */
export interface Vendor {
  readonly url: string;
  /** `whsec_…`: signs what it tells. */
  readonly webhookSecret: string;
  readonly jobs: readonly Job[];
  /** Orders at its door, answered or not. */
  readonly arrived: () => number;
  /** How often it was asked how a job is. */
  readonly looks: () => number;
  /** Keeps answers to orders back until the returned function is called. */
  hold(): () => void;
  /** What becomes of every job from now on, as its status says it. */
  endAll(status: string): void;
  /** Deletes its files, as vendors do after an hour. */
  deleteFiles(): void;
  /** Tells the buyer how a job has ended, again until it is answered with 2xx; gives every answer's status. */
  tell(job: Job, post: (request: Request) => Promise<Response>): Promise<number[]>;
  close(): Promise<void>;
}

const triesMax = 5;

/** Opens one on this machine. */
export async function openVendor(): Promise<Vendor> {
  const jobs: Job[] = [];
  const secret = randomBytes(24);
  let [arrived, looks, filesAreThere, fate] = [0, 0, true, "succeeded"];
  let held: Promise<void> = Promise.resolve();

  const show = (job: Job) => ({
    id: job.id,
    model: "a/b",
    version: "v1",
    status: job.status,
    input: job.input,
    created_at: job.createdAt,
    urls: { get: `${url()}/v1/predictions/${job.id}` },
    output: job.status === "succeeded" ? [`${url()}/files/${job.id}.png`] : null,
  });
  const sell = async (body: string) => {
    arrived += 1;
    await held;
    const { input, webhook } = JSON.parse(body) as { input: unknown; webhook?: string };
    const job = {
      id: `p${jobs.length + 1}`,
      input,
      webhook,
      createdAt: new Date().toISOString(),
      status: fate,
    };
    jobs.push(job);
    return { ...show(job), status: "starting", output: null };
  };

  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://vendor.test").pathname;
    const say = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const [, id] = /^\/v1\/predictions\/(\w+)$/.exec(path) ?? [];
    const job = jobs.find((each) => each.id === id);
    if (request.method === "POST" && path === "/v1/models/a/b/predictions")
      return void say(201, await sell(await textOf(request)));
    if (path === "/v1/predictions") return void say(200, { results: jobs.map(show).reverse(), next: null });
    if (job !== undefined) {
      looks += 1;
      return void say(200, show(job));
    }
    if (path.startsWith("/files/") && filesAreThere)
      return void response.writeHead(200, { "content-type": "image/png" }).end(tinyPng);
    say(path.startsWith("/files/") ? 410 : 404, { detail: "gone" });
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: url(),
    webhookSecret: `whsec_${secret.toString("base64")}`,
    jobs,
    arrived: () => arrived,
    looks: () => looks,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    endAll(status) {
      fate = status;
      for (const job of jobs) job.status = status;
    },
    deleteFiles() {
      filesAreThere = false;
    },
    async tell(job, post) {
      const statuses: number[] = [];
      const body = JSON.stringify(show(job));
      const [id, seconds] = [`m-${job.id}`, String(Math.floor(Date.now() / 1000))];
      const signature = createHmac("sha256", secret).update(`${id}.${seconds}.${body}`).digest("base64");
      const headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": `v1,${signature}`,
      };
      while (statuses.length < triesMax && !statuses.some((status) => status < 300))
        statuses.push((await post(new Request(job.webhook ?? "", { method: "POST", headers, body }))).status);
      return statuses;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
