import { type Mutant, sql, tests } from "../mutant.ts";

const generations = "packages/core/src/generations";
const recovery = tests("core", `${generations}/recover.test.ts`);
const interchangeable = tests("core", `${generations}/interchangeable.test.ts`);
const webhooks = tests("core", "packages/core/src/http/webhooks.test.ts");
const drafts = tests("core", `${generations}/drafts.test.ts`);
const working = tests("core", `${generations}/while-it-works.test.ts`);
const reports = tests("core", `${generations}/progress-reports.test.ts`);
const operator = tests("core", `${generations}/operator-alert.test.ts`);
const shapes = tests("core", "packages/core/src/assets/inspect-shapes.test.ts");
const store = tests("core", "packages/core/src/storage/files.test.ts");

/** What a provider may tell, keep and be handed. */
export const vendors: readonly Mutant[] = [
  {
    name: "a lost request is sent again after its key was forgotten",
    why: "2.4: only within the provider's documented key lifetime",
    file: `${generations}/steps/recover.ts`,
    find: "return lifetimeMs !== undefined && Date.parse(order.now) < sentAt + lifetimeMs;",
    replace: "return lifetimeMs !== undefined && sentAt > 0;",
    test: recovery("is not sent it again once it has forgotten the key"),
  },
  {
    name: "a lost submission does not wait for its webhook",
    why: "2.4: adopt the job that the verified webhook names",
    file: `${generations}/steps/recover.ts`,
    find: "if (mayBeTold && leftMs > 0)",
    replace: "if (mayBeTold && leftMs > 9e9)",
    test: recovery("a vendor that tells by webhook"),
  },
  {
    name: "whose job was adopted by another falls over its own answer",
    why: "2.4: identical requests are interchangeable, and the other's job is looked for",
    file: `${generations}/advance.ts`,
    find: "if (sqlStateOf((error as Error).cause) === uniqueViolation) return adopted;",
    replace: "",
    test: interchangeable("lets one that finds the other's job keep it"),
  },
  sql("function genbff.next_attempt(", {
    name: "a second purchase of an unknown one is not written down",
    why: "what was sold and not delivered is an orphan",
    find: "if p_outcome = 'unknown' then",
    replace: "if p_outcome = 'never' then",
    test: recovery("is asked again as a new attempt"),
  }),
  {
    name: "a webhook is believed without its signature",
    why: "8.5: what is not proven is refused",
    file: `${generations}/receive-webhook.ts`,
    find: 'if (notice === undefined) throw new AppError("invalid_signature");',
    replace: "if (notice === undefined) return;",
    test: webhooks("that is not proven is refused"),
  },
  {
    name: "the address of one provider's webhook is good for another's",
    why: "8.5: the job belongs to the generation and the provider",
    file: `${generations}/webhook-url.ts`,
    find: "if (!Array.isArray(named) || named[0] !== provider) return undefined;",
    replace: "if (!Array.isArray(named)) return undefined;",
    test: webhooks("that is not proven is refused"),
  },
  sql("function public.genbff_find_drafts(", {
    name: "a draft may be anybody's",
    why: "8.2: every reference inside an input is its owner's",
    find: "where g.user_id = p_user_id",
    replace: "",
    test: drafts("nothing is held for a draft that"),
  }),
  {
    name: "an unfinished picture stays behind",
    why: "previews are deleted at completion",
    file: `${generations}/previews.ts`,
    find: "await context.storage.remove(objects);",
    replace: "void objects;",
    test: working("gone with the end"),
  },
  {
    name: "a provider's report comes after the commit of its answer",
    why: "progress never falls, and nothing follows the step's commit",
    file: `${generations}/progress-reports.ts`,
    find: "await sending;",
    replace: "void sending;",
    test: reports("waits, when it is closed"),
  },
  {
    name: "a revoked key fails what the provider has",
    why: "5.33: a generation survives the rotation of a key",
    file: `${generations}/steps/check.ts`,
    find: "if (operator) await",
    replace: 'if (operator && order.id === "") await',
    test: operator("keeps what the provider has"),
  },
  {
    name: "a drawing is shown where it could run",
    why: "8.4: SVG is never stored for inline use",
    file: "packages/core/src/storage/key.ts",
    find: '&& contentType !== "image/svg+xml"',
    replace: "",
    test: store(),
  },
  {
    name: "a package may hold a name that leaves its folder",
    why: "8.4: whoever unpacks it is not led astray",
    file: "packages/core/src/assets/zip.ts",
    find: "|(?:^|\\/)\\.\\.(?:\\/|$)",
    replace: "",
    test: shapes(),
  },
];
