import { get, type HostCase } from "../case.ts";

const nobody = "00000000-0000-4000-8000-000000000000";

/** Every path of the contract, and the methods it takes, as `Allow` says them. */
export const paths: readonly (readonly [path: string, allow: string])[] = [
  ["/generate/text-to-image", "POST"],
  [`/tasks/${nobody}/status`, "GET, HEAD"],
  [`/tasks/${nobody}/events`, "GET, HEAD"],
  [`/tasks/${nobody}/events/ticket`, "POST"],
  ["/tasks", "GET, HEAD"],
  ["/tasks/stage-done", "GET, HEAD"],
  [`/generations/${nobody}/cancel`, "POST"],
  [`/generations/${nobody}/retry`, "POST"],
  ["/quotes", "POST"],
  ["/uploads", "POST"],
  [`/uploads/${nobody}/complete`, "POST"],
  [`/assets/${nobody}/url`, "GET, HEAD"],
  ["/operations", "GET, HEAD"],
  ["/credits/balance", "GET, HEAD"],
  ["/credits/history", "GET, HEAD"],
  ["/health", "GET, HEAD"],
  ["/ready", "GET, HEAD"],
  ["/openapi.json", "GET, HEAD"],
  ["/files/images/stage-done/0.png", "GET, HEAD, PUT"],
  ["/webhooks/studio/secret", "POST"],
];

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Every method that a path does not take, with what it takes; nobody has to be signed in to be told. */
export const methodCases: readonly HostCase[] = paths.flatMap(([path, allow]) =>
  methods
    .filter((method) => !allow.split(", ").includes(method))
    .map((method) =>
      get(`${method} ${path}`, path, 405, {
        request: { method, as: null },
        code: "method_not_allowed",
        headers: { allow, "cache-control": "no-store", vary: "Authorization, Origin" },
      }),
    ),
);

/** Paths that are none. */
export const unknownPathCases: readonly HostCase[] = [
  "/",
  "/tasks/",
  "/task",
  "/TASKS",
  "/tasks/a/b/c",
  "/generate",
  "/generate/",
  "/generate/a/b",
  "/files/",
  "/health/",
  "/admin-panel",
  "/.env",
  "/tasks%2Fstage-done",
  "/credits",
  "/webhooks/studio",
].map((path) => get(path, path, 404, { code: "not_found", request: { as: null } }));

/** Whoever does not say who they are sees nothing that belongs to somebody. */
export const anonymousCases: readonly HostCase[] = paths
  .filter(([path]) => !/^\/(health|ready|openapi|files|webhooks)/.test(path))
  .map(([path, allow]) =>
    get(`${path} of nobody`, path, 401, {
      request: { method: allow === "POST" ? "POST" : "GET", as: null },
      code: "unauthenticated",
      headers: { "www-authenticate": "Bearer", vary: "Authorization, Origin", "cache-control": "no-store" },
    }),
  );
