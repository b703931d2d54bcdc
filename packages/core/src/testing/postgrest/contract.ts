// Every call and answer of Supabase's Data API that we rely on, in the order in which they are made. The stand-in is held to them
// by contract.test.ts, a real project that was migrated by `pnpm test:live-supabase`.
//
// Sources: https://docs.postgrest.org/en/v14/references/api/functions.html and https://docs.postgrest.org/en/v14/references/errors.html.
import { startArguments } from "../generations/book.ts";
import type { ContractCall } from "../supabase-storage/contract.ts";

const call = (name: string, body: object): Pick<ContractCall, "method" | "path" | "body"> => ({
  method: "POST",
  path: `/rpc/genbff_${name}`,
  body,
});
const server = { key: "service_role", status: 200 } as const;
const wallet = { p_wallet_id: "{folder}" };
const hold = { ...wallet, p_external_reference: "contract", p_expires_in_ms: 60_000 };

/** On a wallet of its own, `{folder}`, which keeps the 5 credits: a ledger forgets nothing. */
export const rpcContract: readonly ContractCall[] = [
  { says: "answers a function's value as JSON", ...server, ...call("ready", {}), answer: { ready: true } },
  {
    says: "lets nobody call a function with the key of browsers: 401 without a user",
    key: "anon",
    ...call("balance", wallet),
    status: 401,
    answer: { code: "42501" },
  },
  { says: "lets nobody call one without a key", key: "none", ...call("balance", wallet), status: 401 },
  {
    says: "lets nobody call one with what is no key",
    key: "not a key",
    ...call("balance", wallet),
    status: 401,
  },
  {
    says: "shows no rows to the key of browsers",
    key: "anon",
    method: "GET",
    path: "/user_credits?select=user_id",
    status: 401,
    answer: { code: "42501" },
  },
  {
    says: "says 404 and PGRST202 of a function that is not there",
    key: "service_role",
    ...call("nothing", {}),
    status: 404,
    answer: { code: "PGRST202" },
  },
  {
    says: "says the same where an argument has another name",
    key: "service_role",
    ...call("balance", { wallet: "{folder}" }),
    status: 404,
    answer: { code: "PGRST202" },
  },
  {
    says: "passes arguments by their names",
    ...server,
    ...call("grant", { ...wallet, p_amount: 5, p_idempotency_key: "one" }),
    answer: { amount: 5, balance_after: 5 },
  },
  {
    says: "answers a repeated call with the first result",
    ...server,
    ...call("grant", { ...wallet, p_amount: 5, p_idempotency_key: "one" }),
    answer: { amount: 5, balance_after: 5 },
  },
  {
    says: "gives a refusal the status of its PTxyz, its code as the message, and its details whole",
    key: "service_role",
    ...call("hold", { ...hold, p_amount: 6, p_idempotency_key: "much" }),
    status: 402,
    answer: { code: "PT402", message: "insufficient_credits", details: /"available": ?5\b/ },
  },
  {
    says: "commits what a function wrote: a hold",
    ...server,
    ...call("hold", { ...hold, p_amount: 3, p_idempotency_key: "some" }),
    answer: { id: /^[0-9a-f-]{36}$/ },
    keep: { hold: "id" },
  },
  {
    says: "shows it to the next call",
    ...server,
    ...call("balance", wallet),
    answer: { available: 2, held: 3 },
  },
  {
    says: "takes back the hold",
    ...server,
    ...call("release", { p_hold_id: "{hold}" }),
    answer: { state: "released" },
  },
  {
    says: "starts a generation, of an operation that no server sells",
    ...server,
    ...call(
      "start",
      startArguments({ operation: "contract", provider: "contract", task: "{folder}" }, "{folder}"),
    ),
    answer: { generation_id: /./ },
    keep: { generation: "generation_id" },
  },
  {
    says: "cancels it",
    ...server,
    ...call("cancel", { p_user_id: "{folder}", p_generation_id: "{generation}" }),
    answer: { generation_id: "{generation}", status: "cancelled" },
  },
  {
    says: "has every credit where it belongs afterwards",
    ...server,
    ...call("balance", wallet),
    answer: { available: 5, held: 0 },
  },
  { says: "audits the whole project, and finds nothing", ...server, ...call("violations", {}), answer: [] },
];
