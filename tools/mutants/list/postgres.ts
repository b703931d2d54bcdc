import { type Mutant, tests } from "../mutant.ts";

const pooler = tests("core", "packages/core/src/database/postgres-pooler.test.ts");
const tls = tests("core", "packages/core/src/database/postgres-tls.test.ts");
const failure = tests("core", "packages/core/src/database/postgres-failure.test.ts");
const retries = tests("core", "packages/core/src/database/postgres-retries.test.ts");
const driver = "packages/core/src/database/postgres.ts";
const listener = "packages/core/src/database/postgres-listener.ts";
const encrypting = "packages/core/src/database/postgres-tls.ts";
const judging = "packages/core/src/database/sql-error.ts";

/** The way to the database through pg, and through a pooler. */
export const throughPostgres: readonly Mutant[] = [
  {
    name: "LISTEN is left behind on a connection of the pooler's",
    why: "the driver keeps no session state",
    file: listener,
    find: "pooled = !known && (await isPooled(client));",
    replace: "pooled = false;",
    test: pooler("is left no session"),
  },
  {
    name: "a way around the pooler is not believed",
    why: "hints arrive where the team says that they can",
    file: driver,
    find: "settings.listenUrl ?? settings.connectionString",
    replace: "settings.connectionString",
    test: pooler("is noticed"),
  },
  {
    name: "a certificate of a known authority for another host will do",
    why: "verify-full means what it means to psql",
    file: encrypting,
    find: 'if (mode === "require" || mode === "verify-ca")',
    replace: 'if (mode !== "no-verify")',
    test: tls("for another host"),
  },
  {
    name: "sslmode=require does not look at the certificate where the authority is given",
    why: "require with a root certificate means verify-ca, as psql has it",
    file: encrypting,
    find: 'if (mode === "no-verify" || (mode === "require" && !authority))',
    replace: 'if (mode === "no-verify" || mode === "require")',
    test: tls("require, with another authority"),
  },
  {
    name: "the certificate authority of the option is lost beside an sslmode",
    why: "where both speak, the option wins",
    file: encrypting,
    find: "{ ...read(files), ...more }",
    replace: "{ ...read(files) }",
    test: tls("with the authority as an option"),
  },
  {
    name: "calls stay with a server that became a standby",
    why: "R4: the driver repeats where the database went away",
    file: judging,
    find: '  "25006",\n',
    replace: "",
    test: retries("has become a standby"),
  },
  {
    name: "connections to a mute server outlive the driver",
    why: "a process that is told to stop can end",
    file: driver,
    find: "pool.end().then(goodbyes)",
    replace: "pool.end()",
    test: failure("keeps no connection"),
  },
  {
    name: "a wrong password is tried four times",
    why: "servers lock out who guesses",
    file: judging,
    find: 'return failure === "contended" || failure === "disconnected";',
    replace: 'return failure !== "refused";',
    test: tls("asks once"),
  },
];
