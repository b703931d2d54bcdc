import type { Pool } from "pg";
import { type Answer, failed } from "./answer.ts";

/** A function of the schema `public`, as the catalogue has it. */
export interface CatalogueFunction {
  readonly name: string;
  /** Of its input parameters, in order. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  /** How many of the last parameters may be left out. */
  readonly defaults: number;
  readonly volatile: boolean;
  readonly isVoid: boolean;
  readonly isSet: boolean;
  /** Its own, of which PostgREST applies this one beforehand. */
  readonly statementTimeout: string | null;
}

/** What is known of the functions. Looks again where something is missing, as PostgREST does when it is notified. */
export interface SchemaCache {
  /** The one function that takes these arguments, or the refusal. */
  find(name: string, names: readonly string[]): Promise<CatalogueFunction | Answer>;
}

/** Reads the catalogue of a database. */
export function schemaCache(pool: Pool): SchemaCache {
  let known: readonly CatalogueFunction[] = [];
  const fitting = (name: string, names: readonly string[]) =>
    known.filter((each) => each.name === name && takes(each, names));
  return {
    async find(name, names) {
      if (fitting(name, names).length === 0) {
        const { rows } = await pool.query<{ functions: readonly CatalogueFunction[] }>(catalogue);
        known = rows[0]?.functions ?? [];
      }
      const [found, ...others] = fitting(name, names);
      if (found === undefined) return notFound(name, names);
      if (others.length > 0) return failed(300, "PGRST203", `Could not choose the best ${name}`);
      return found;
    },
  };
}

/** All arguments are parameters, and all parameters without a default are there. */
function takes({ parameters, defaults }: CatalogueFunction, names: readonly string[]): boolean {
  const required = parameters.slice(0, parameters.length - defaults);
  return (
    names.every((name) => parameters.some((parameter) => parameter.name === name)) &&
    required.every((parameter) => names.includes(parameter.name))
  );
}

/** https://docs.postgrest.org/en/v14/references/errors.html, PGRST202. */
function notFound(name: string, names: readonly string[]): Answer {
  const call = `public.${name}${names.length === 0 ? "" : `(${names.join(", ")})`}`;
  return failed(404, "PGRST202", `Could not find the function ${call} in the schema cache`, {
    details: `Searched for the function ${call}, but no matches were found in the schema cache.`,
  });
}

const catalogue = `
  select coalesce(json_agg(json_build_object(
    'name', p.proname,
    'parameters', (
      select coalesce(json_agg(json_build_object('name', p.proargnames[i], 'type', format_type(t, null)) order by i), '[]')
        from unnest(p.proargtypes) with ordinality as input (t, i)),
    'defaults', p.pronargdefaults,
    'volatile', p.provolatile = 'v',
    'isVoid', p.prorettype = 'void'::regtype,
    'isSet', p.proretset,
    'statementTimeout', (select substr(s, 19) from unnest(p.proconfig) s where s like 'statement\\_timeout=%')
  )), '[]') as functions
  from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'`;
