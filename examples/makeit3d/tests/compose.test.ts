import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasRedis } from "../../../packages/core/src/testing/embedded/redis-server.ts";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { vendorCanary } from "../../../packages/core/src/testing/leaks/vendor-canary.ts";
import type { Program } from "../../../packages/core/src/testing/start-program.ts";
import { readConfig } from "../src/config.ts";
import { readImage, readServices, runService } from "./compose.ts";
import { freePorts } from "./server-process.ts";

// There is no Docker here: each service's command runs as a plain process, with its environment mapped to this machine.

it("every service has limits of memory and of processors, and every image is an official one", async () => {
  const services = await readServices();
  expect(Object.keys(services).sort()).toEqual(["postgres", "redis", "simulator", "web", "worker"]);
  for (const { deploy, image, build } of Object.values(services)) {
    expect(Number(deploy.resources.limits.cpus)).toBeGreaterThan(0);
    expect(deploy.resources.limits.memory).toMatch(/^\d+M$/);
    expect(build ?? image).toMatch(/^(\.|redis:7-alpine|postgres:18-alpine)$/);
  }
});

it("the image is Node's own, runs as nobody special, and says itself whether it is well", async () => {
  const image = await readImage();
  expect(image[0]).toMatch(/^FROM node:24-\S*slim$/);
  const user = image.indexOf("USER node");
  expect(user).toBeGreaterThan(image.findLastIndex((line) => /^(COPY|RUN) /.test(line)));
  expect(image.some((line) => line.startsWith("HEALTHCHECK "))).toBe(true);
});

it("the settings of the services can be used, and name the queue that lies between them", async () => {
  const { web, worker } = await readServices();
  const queue = { redis: "redis://redis:6379", prefix: "makeit3d" };
  for (const service of [web, worker])
    expect(readConfig(service?.environment ?? {})).toMatchObject({ queue });
});

// CI has a Redis; npm has none for a machine without one.
describe.skipIf(!hasRedis)("the commands of docker-compose.yml", () => {
  let database: TestDatabase;
  let folder: string;
  let url: string;
  let token: string;
  const running: Record<string, Program> = {};

  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    folder = await mkdtemp(join(tmpdir(), "genbff-compose-"));
    const [web, redis, simulator] = await freePorts(3);
    url = `http://127.0.0.1:${web}`;
    const places: [RegExp, string][] = [
      [/^postgres:\/\/.*$/, database.url],
      [/^redis:\/\/redis:6379$/, `redis://127.0.0.1:${redis}`],
      [/^http:\/\/simulator:8788$/, `http://127.0.0.1:${simulator}`],
      [/^8787$/, String(web)],
      [/^8788$/, String(simulator)],
      [/^0\.0\.0\.0$/, "127.0.0.1"],
      [/^\/data/, folder],
    ];
    const here = (text: string) => places.reduce((mapped, [from, to]) => mapped.replace(from, to), text);
    const services = await readServices();
    const run = (name: string, as = name) => {
      const service = services[name];
      if (service === undefined) throw new Error(`there is no service ${name}`);
      const more =
        name === "redis"
          ? ["--port", String(redis), "--bind", "127.0.0.1"]
          : name === "simulator"
            ? ["--speed", "20", "--canary", vendorCanary]
            : [];
      running[as] = runService({ ...service, command: [...(service.command ?? []), ...more] }, here);
      return running[as];
    };
    await Promise.all([
      run("redis").says(/Ready to accept connections/),
      run("simulator").says(/The vendors listen/),
    ]);
    await Promise.all([
      run("web").says(/GenBFF studio/),
      run("worker").says(/GenBFF worker: ready/),
      run("worker", "second").says(/GenBFF worker: ready/),
    ]);
    running.web?.at(url);
    const session = await fetch(`${url}/dev/session`, {
      method: "POST",
      body: '{"user":"ada"}',
      headers: { "content-type": "application/json" },
    });
    token = ((await session.json()) as { access_token: string }).access_token;
  }, 120_000);
  afterAll(async () => {
    for (const process of Object.values(running)) process.signal("SIGKILL");
    await Promise.all(Object.values(running).map(({ ended }) => ended));
    expect(await database.database.call("genbff_violations", {})).toEqual([]);
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function api<Answer>(path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${url}/api${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status, path).toBeLessThan(300);
    return (await response.json()) as Answer;
  }
  const start = (task: string) =>
    api<{ generation_id: string }>("/generate/text-to-image", {
      task_id: task,
      prompt: "a lamp",
      provider: "openai",
    });
  async function endOf(id: string) {
    for (;;) {
      const status = await api<{ status: string; completed_at: string | null; asset_url: string }>(
        `/tasks/${id}/status?wait=10&version=99`,
      );
      if (status.completed_at !== null) return status;
    }
  }

  it("make a picture together: asked for at the web process, made by a worker, served from one folder", async () => {
    const { generation_id: id } = await start("one");
    const end = await endOf(id);
    expect(end.status).toBe("complete");
    const picture = await fetch(new URL(end.asset_url, url));
    expect(picture.headers.get("content-type")).toMatch(/^image\//);
  });

  it("go on when a worker is told to stop, and when Redis is gone", async () => {
    const started = await Promise.all(["two", "three", "four"].map(start));
    running.worker?.signal("SIGTERM");
    expect(await running.worker?.ended).toBe(0);
    running.redis?.signal("SIGKILL");
    const ends = await Promise.all(
      [...started, await start("five")].map(({ generation_id }) => endOf(generation_id)),
    );
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => "complete"));
  });
});
