import type { Mutant } from "../mutant.ts";
import { clients } from "./clients.ts";
import { composing } from "./composing.ts";
import { constraints } from "./constraints.ts";
import { content } from "./content.ts";
import { ends } from "./ends.ts";
import { throughQueues } from "./engines.ts";
import { hostsAndStops } from "./hosts.ts";
import { identity } from "./identity.ts";
import { throughLambda } from "./lambda.ts";
import { leases } from "./leases.ts";
import { limiting } from "./limits.ts";
import { money } from "./money.ts";
import { operators } from "./operators.ts";
import { outside } from "./outside.ts";
import { throughPostgres } from "./postgres.ts";
import { providing } from "./providers.ts";
import { reads } from "./reads.ts";
import { requests } from "./requests.ts";
import { starting } from "./start.ts";
import { throughSupabase } from "./supabase.ts";
import { temporary } from "./temporary.ts";
import { turnsAndCaps } from "./turns.ts";
import { vendors } from "./vendors.ts";
import { webhooks } from "./webhooks.ts";

/**
 * Defects that somebody could put in by mistake: a lock removed, a fence not compared, an index dropped. Every one must
 * be caught by a test; one that survives is a promise that nobody keeps.
 */
export const mutants: readonly Mutant[] = [
  ...money,
  ...constraints,
  ...starting,
  ...turnsAndCaps,
  ...leases,
  ...providing,
  ...ends,
  ...reads,
  ...outside,
  ...content,
  ...temporary,
  ...hostsAndStops,
  ...identity,
  ...composing,
  ...operators,
  ...requests,
  ...vendors,
  ...limiting,
  ...webhooks,
  ...throughPostgres,
  ...clients,
  ...throughSupabase,
  ...throughQueues,
  ...throughLambda,
];
