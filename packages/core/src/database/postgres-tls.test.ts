import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLossyWire } from "../testing/deaths/lost-answers.ts";
import { makeAuthority } from "../testing/embedded/certificate.ts";
import { serverUser } from "../testing/embedded/postgres-binaries.ts";
import { type PostgresServer, startPostgres, temporaryFolder } from "../testing/embedded/postgres-server.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { postgres } from "./postgres.ts";
import { tlsSettings } from "./postgres-tls.ts";

// A real server with a certificate for 127.0.0.1 of an authority that no machine trusts, and with a user who has a password.

const authority = makeAuthority("the authority");
const stranger = makeAuthority("the authority"); // of the same name, with another key
const user = serverUser();
let folder: string;
let server: PostgresServer;
let test: TestDatabase;

const put = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  return path;
};

beforeAll(async () => {
  folder = mkdtempSync(join(temporaryFolder(user), "genbff-tls-"));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const { cert, key } = authority.issue("127.0.0.1");
  put("ca.pem", authority.ca);
  put("stranger.pem", stranger.ca);
  server = await startPostgres(
    { ssl: "on", ssl_cert_file: put("cert.pem", cert), ssl_key_file: put("key.pem", key) },
    18,
    "memory",
  );
  test = await createTestDatabase({ server: server.url });
  await test.query(`create function public.encrypted() returns jsonb language sql as $$
    select to_jsonb(ssl) from pg_stat_ssl where pid = pg_backend_pid() $$`);
}, 60_000);
afterAll(async () => {
  await test?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The way to the server by a query of the URL; `$` is the folder of the certificates. */
function open(query: string, ssl?: Parameters<typeof tlsSettings>[1], host = "127.0.0.1") {
  const url = new URL(test.url);
  url.hostname = host;
  url.search = query.replaceAll("$", folder);
  return postgres({ connectionString: url.href, ...(ssl === undefined ? {} : { ssl }) });
}

const trusting = { ca: authority.ca };

it.each<[string, boolean, Parameters<typeof open>]>([
  ["no sslmode", false, [""]],
  ["disable", false, ["sslmode=disable"]],
  ["require", true, ["sslmode=require"]],
  ["no-verify", true, ["sslmode=no-verify"]],
  ["require, with the authority", true, ["sslmode=require&sslrootcert=$/ca.pem"]],
  ["verify-ca", true, ["sslmode=verify-ca&sslrootcert=$/ca.pem"]],
  ["verify-ca, for another host", true, ["sslmode=verify-ca&sslrootcert=$/ca.pem", undefined, "localhost"]],
  ["verify-full", true, ["sslmode=verify-full&sslrootcert=$/ca.pem"]],
  ["verify-full, with the authority as an option", true, ["sslmode=verify-full", trusting]],
  ["the option alone", true, ["", trusting]],
  ["an authority alone", true, ["sslrootcert=$/ca.pem"]],
  ["require, turned off by the option", false, ["sslmode=require", false]],
])("reaches the server with %s (encrypted: %s)", async (_, encrypted, way) => {
  const database = open(...way);
  expect(await database.call("encrypted", {})).toBe(encrypted);
  await database.migrate?.([]);
  await database.close();
});

const unknownAuthority = /TLS with Postgres at .* failed.*Give the authority that signed its certificate/;

it.each<[string, RegExp, Parameters<typeof open>]>([
  ["verify-full, by the authorities of the machine", unknownAuthority, ["sslmode=verify-full"]],
  [
    "verify-full, by the authorities of the machine by name",
    unknownAuthority,
    ["sslmode=verify-full&sslrootcert=system"],
  ],
  [
    "verify-full, with another authority",
    /TLS with Postgres at .* failed/,
    ["sslmode=verify-full&sslrootcert=$/stranger.pem"],
  ],
  [
    "verify-ca, with another authority",
    /TLS with Postgres at .* failed/,
    ["sslmode=verify-ca&sslrootcert=$/stranger.pem"],
  ],
  [
    "require, with another authority",
    /TLS with Postgres at .* failed/,
    ["sslmode=require&sslrootcert=$/stranger.pem"],
  ],
  ["the option to verify beside a mode that does not", unknownAuthority, ["sslmode=require", true]],
  [
    "verify-full, for another host",
    /The certificate is for another host/,
    ["sslmode=verify-full&sslrootcert=$/ca.pem", undefined, "localhost"],
  ],
])("is refused with %s, with the cure", async (_, message, way) => {
  const database = open(...way);
  const attempts = [database.call("encrypted", {}), database.migrate?.([])];
  for (const outcome of await Promise.allSettled(attempts))
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { code: "unavailable", message: expect.stringMatching(message) },
    });
  await database.close();
});

it("asks a server without TLS for it and is told", async () => {
  const plain = await createTestDatabase();
  const database = postgres(`${plain.url}?sslmode=require`);
  await expect(database.call("genbff_ready", {})).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("offers no TLS"),
  });
  await database.close();
  await plain.close();
});

it("says that a password is wrong or missing, and asks once: servers lock out who guesses", async () => {
  await test.query("create role ada login password 'right'");
  const [{ hba_file: hba } = { hba_file: "" }] = await test.query<{ hba_file: string }>("show hba_file");
  writeFileSync(hba, `host all ada 127.0.0.1/32 scram-sha-256\n${readFileSync(hba, "utf8")}`);
  await test.query("select pg_reload_conf()");
  const asked = await openLossyWire(test.url);
  for (const [password, message] of [
    ["wrong", /did not let the user "ada" in: password authentication failed for user "ada" \(28P01\)/],
    ["", /did not let the user "ada" in: SASL: .*password must be a (non-empty )?string \(28P01\)/],
  ] as const) {
    const url = new URL(asked.url);
    Object.assign(url, { username: "ada", password });
    const before = asked.opened();
    const database = postgres(url.href);
    await expect(database.call("genbff_ready", {})).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(message),
    });
    expect(asked.opened() - before).toBe(1);
    await database.close();
  }
  await asked.close();
});

it("shows a certificate of its own where one is given", async () => {
  const { cert, key } = authority.issue("a client");
  put("client.pem", cert);
  put("client.key", key);
  const query = "sslmode=verify-full&sslrootcert=$/ca.pem&sslcert=$/client.pem&sslkey=$/client.key";
  const { ssl, connectionString } = tlsSettings(
    `postgres://ada@host/db?${query.replaceAll("$", folder)}&a=b`,
  );
  expect(ssl).toEqual({ ca: authority.ca, cert, key });
  expect(connectionString).toBe("postgres://ada@host/db?a=b");
  const database = open(query);
  expect(await database.call("encrypted", {})).toBe(true);
  await database.close();
});

describe("a connection string that", () => {
  it.each([
    [
      "has an sslmode that is not kept",
      "?sslmode=prefer",
      /sslmode=prefer .* is not one of disable, require/,
    ],
    ["has an sslmode that is none", "?sslmode=yes", /sslmode=yes .* is not one of/],
    ["trusts any public authority for any host", "?sslmode=verify-ca", /needs sslrootcert=<file>/],
    [
      "names a file that is not there",
      "?sslrootcert=/no/such/file.pem",
      /file\.pem .*cannot be read \(ENOENT\)/,
    ],
  ])("%s is refused at once, without its password", (_, query, message) => {
    const refused = () => postgres(`postgres://ada:secret@127.0.0.1/db${query}`);
    expect(refused).toThrow(message);
    try {
      refused();
    } catch (error) {
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("secret@");
    }
  });
});
