import { type Mutant, sql, tests } from "../mutant.ts";

const owners = tests("core", "packages/core/src/generations/owners.test.ts");
const cursor = tests("core", "packages/core/src/http/cursor.test.ts");
const watching = tests("core", "packages/core/src/http/watching.test.ts");
const ticket = tests("core", "packages/core/src/http/events-ticket.test.ts");

/** One function that no longer asks whose it is. */
const open = (
  what: string,
  within: string,
  find: string,
  replace = "true",
  more: Partial<Mutant> = {},
): Mutant =>
  sql(`function ${within}(`, {
    name: `everybody may ${what}`,
    why: "8.2: every query of user data filters on the user in SQL",
    find,
    replace,
    test: owners(),
    ...more,
  });

/** The owner filter of each read, and of what is done to a row by its id. */
export const reads: readonly Mutant[] = [
  open(
    "see how a generation is",
    "genbff.find_generation",
    "where id = genbff.uuid_or_null(p_id) and user_id = p_user_id",
    "where id = genbff.uuid_or_null(p_id)",
  ),
  open("see the newest of a task", "genbff.find_generation", "and g.user_id = p_user_id", ""),
  open("repeat a generation", "public.genbff_generation_input", "and user_id = p_user_id", ""),
  open("cancel a generation", "public.genbff_cancel", "or v_generation.user_id <> p_user_id", ""),
  open(
    "see a task",
    "public.genbff_task",
    "where task_id = p_task_id and user_id = p_user_id",
    "where task_id = p_task_id",
  ),
  open("list all tasks", "public.genbff_tasks", "t.user_id = p_user_id"),
  open("read every entry of the ledger", "public.genbff_history", "t.wallet_id = p_wallet_id"),
  open("read every hold of the ledger", "public.genbff_history", "h.wallet_id = p_wallet_id", "true", {
    everywhere: true,
  }),
  open(
    "stream a generation",
    "public.genbff_stream",
    "where id = genbff.uuid_or_null(p_id) and user_id = p_user_id",
    "where id = genbff.uuid_or_null(p_id)",
  ),
  open(
    "stream a task",
    "public.genbff_stream",
    "where task_id = p_id and user_id = p_user_id",
    "where task_id = p_id",
  ),
  sql("function public.genbff_stream(", {
    name: "a task's stream leaves out what was swept",
    why: "5.5: what is true is told for as long as it is",
    find: "left join genbff.events",
    replace: "join genbff.events",
    test: watching("tells what was swept too"),
  }),
  sql("function public.genbff_stream(", {
    name: "a stream goes on after what was swept as if nothing were missing",
    why: "7: Last-Event-ID resumes, and nothing is missed",
    find: "coalesce(v_kept = v_last - p_after, false)",
    replace: "coalesce(p_after <= v_last, false)",
    test: watching("tells what was swept too"),
  }),
  open("watch a task", "public.genbff_watch", "and k.user_id = t.user_id", ""),
  open("fetch a file", "public.genbff_asset", ".user_id = p_user_id", ".user_id is not null", {
    everywhere: true,
  }),
  open("make something of another's output", "public.genbff_find_inputs", "a.user_id = p_user_id"),
  open("make something of another's upload", "public.genbff_find_inputs", "i.user_id = p_user_id"),
  open("look at an upload", "public.genbff_input", "and user_id = p_user_id", ""),
  open("decide an upload", "public.genbff_complete_input", "and user_id = p_user_id", ""),
  open("take back an upload", "public.genbff_discard_input", "and i.user_id = p_user_id", ""),
  open("upload into another's task", "genbff.use_task", "and user_id <> p_user_id", "and false"),
  {
    name: "a cursor is good for everybody",
    why: "7: a foreign cursor is refused",
    file: "packages/core/src/http/cursor.ts",
    find: "const purposeOf = ({ list, userId }: ListOwner) =>",
    replace: 'const purposeOf = ({ list }: ListOwner, userId = "") =>',
    test: cursor("is good for its own list and user"),
  },
  {
    name: "a cursor may be made by anybody",
    why: "7: a tampered cursor is refused",
    file: "packages/core/src/shared/signed-text.ts",
    find: "return genuine ?",
    replace: "return true ?",
    test: cursor("is good for its own list and user"),
  },
  {
    name: "a ticket opens every stream",
    why: "7: a ticket is for one generation or task",
    file: "packages/core/src/http/events-ticket.ts",
    find: "|| value[1] !== id",
    replace: "",
    test: ticket("is for nothing else"),
  },
  {
    name: "a ticket is good for ever",
    why: "7: a short-lived ticket",
    file: "packages/core/src/http/events-ticket.ts",
    find: "if (Number(value[2]) <= Date.now())",
    replace: "if (Number(value[2]) <= 0)",
    test: ticket("opens one stream for a minute"),
  },
];
