import { type Mutant, tests } from "../mutant.ts";

const offering = tests("core", "packages/core/src/providers/offer-as.test.ts");
const storing = tests("core", "packages/core/src/storage/stores-by-folder.test.ts");
const logos = tests("logokraft", "examples/logokraft/tests/contract.test.ts");

/** What apps put together out of our parts. */
export const composing: readonly Mutant[] = [
  {
    name: "a vendor hears an operation's own name",
    why: "an operation of one's own is made as one that the vendor knows",
    file: "packages/core/src/providers/offer-as.ts",
    find: "provider.submit(asKnown(job), prepared, context)",
    replace: "provider.submit(job, prepared, context)",
    test: offering("which the vendor hears"),
  },
  {
    name: "a link is believed whatever store its key belongs to",
    why: "8.4: a URL names a key of ours, or nothing",
    file: "packages/core/src/storage/stores-by-folder.ts",
    find: "key !== null && storeOf(key) === store",
    replace: "key !== null",
    test: storing("take a link for theirs"),
  },
  {
    name: "a log-in says at once that nobody has this address",
    why: "nobody learns who has an account",
    file: "examples/logokraft/src/sign-in/password-sign-in.ts",
    find: "user === null || !isRight",
    replace: "user !== null && !isRight",
    test: logos("wrong password or an unknown address"),
  },
  {
    name: "whose asset is refined is not asked",
    why: "8.2: somebody else's is not there",
    file: "examples/logokraft/src/api/refine.ts",
    find: "if (!found.ok) return found;",
    replace: "",
    test: logos("refine of somebody else"),
  },
  {
    name: "a project's id is made of the key alone",
    why: "a key is its user's own",
    file: "examples/logokraft/src/api/new-project.ts",
    find: "[sub, key]",
    replace: "[key]",
    test: logos("again with its Idempotency-Key"),
  },
  {
    name: "a logo's plan is asked for twice by a key that is known",
    why: "1.1: a repeat with its key buys nothing",
    file: "examples/logokraft/src/api/core.ts",
    find: '["content-type", "content-length", "transfer-encoding"]',
    replace: '["content-type", "content-length", "transfer-encoding", "idempotency-key"]',
    test: logos("again with its Idempotency-Key"),
  },
];
