import * as z from "zod";
import { AppError } from "../errors/app-error.ts";
import { validationFailed } from "../errors/validation-failed.ts";
import type { AnyProvider, CheckedFile, OfferedOperation } from "../providers/define-provider.ts";
import type { JsonObject } from "../shared/json.ts";
import { builtInOperations } from "./built-in/index.ts";
import type { AnyOperation } from "./define-operation.ts";

/** One pair that can be bought. */
export interface Offer {
  readonly operation: AnyOperation;
  /** The provider's public key. */
  readonly providerKey: string;
  readonly provider: AnyProvider;
  /** Strict: the common input, and the provider's own parameters where the caller may set them. */
  readonly schema: z.ZodObject;
  readonly parameters: z.ZodObject;
  /** Who is asked next, in order, when this one certainly did not take the job. */
  readonly candidates: readonly Offer[];
  /** Key in `operation_costs`. */
  readonly priceKey: string;
  outputsOf(input: JsonObject): number;
  /** Fields that do not go together, or that this provider cannot take. */
  problem(input: JsonObject, files: readonly CheckedFile[]): Problem | undefined;
}

interface Problem {
  readonly field: string;
  readonly message: string;
}

/** What the catalogue says of one operation. */
export interface CatalogueEntry {
  readonly operation: AnyOperation;
  readonly offers: readonly Offer[];
  /** Whether a request may leave the provider out. */
  readonly providerOptional: boolean;
}

/** Everything this deployment sells. */
export interface Catalogue {
  /**
   * @throws AppError `not_found` - no such operation.
   * @throws AppError `validation_failed` - no such provider here, or one must be named.
   */
  offer(operation: string, provider: string | undefined): Offer;
  /** The pair a running generation was started with; undefined where a provider has left the registry since. */
  find(operation: string, provider: string): Offer | undefined;
  /** By its public key. */
  provider(key: string): AnyProvider | undefined;
  list(): readonly CatalogueEntry[];
  readonly priceKeys: readonly string[];
}

/** What `createBff` was given of the catalogue. */
export interface CatalogueOptions {
  readonly providers: Readonly<Record<string, AnyProvider>>;
  readonly operations: readonly AnyOperation[];
  readonly prices: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  readonly fallback: Readonly<Record<string, readonly string[] | undefined>>;
}

/**
 * Joins providers, operations and prices.
 *
 * @throws Error - a provider offers what nobody defined, or a pair has no price.
 */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  const known = new Map<string, AnyOperation>(Object.entries(builtInOperations));
  for (const operation of options.operations) known.set(operation.name, operation);
  const entries = new Map<string, { operation: AnyOperation; offers: Map<string, Offer> }>();
  for (const [providerKey, provider] of Object.entries(options.providers))
    for (const [name, offered] of Object.entries(provider.offers)) {
      const operation = known.get(name);
      const priceKey = options.prices[name]?.[providerKey];
      if (operation === undefined)
        throw new Error(
          `'${providerKey}' offers '${name}', which is not defined: add defineOperation({ name: '${name}' }) to operations`,
        );
      if (priceKey === undefined)
        throw new Error(`'${name}' by '${providerKey}' has no price: add it to prices`);
      const entry = entries.get(name) ?? { operation, offers: new Map<string, Offer>() };
      entry.offers.set(providerKey, offerOf(operation, providerKey, provider, offered, priceKey));
      entries.set(name, entry);
    }
  const optional = (name: string, count: number) => count === 1 || options.fallback[name] !== undefined;
  const list = [...entries.values()].map(({ operation, offers }) => ({
    operation,
    offers: [...offers.values()],
    providerOptional: optional(operation.name, offers.size),
  }));

  return {
    list: () => list,
    priceKeys: [...new Set(list.flatMap((entry) => entry.offers.map((offer) => offer.priceKey)))],
    provider: (key) => (Object.hasOwn(options.providers, key) ? options.providers[key] : undefined),
    find: (name, provider) => entries.get(name)?.offers.get(provider),
    offer(name, provider) {
      const entry = entries.get(name);
      if (entry === undefined) throw new AppError("not_found");
      if (provider !== undefined) {
        const offer = entry.offers.get(provider);
        if (offer === undefined)
          throw validationFailed([
            { pointer: "/provider", message: `One of: ${[...entry.offers.keys()].join(", ")}` },
          ]);
        return offer;
      }
      if (!optional(name, entry.offers.size))
        throw validationFailed([
          { pointer: "/provider", message: `Name one of: ${[...entry.offers.keys()].join(", ")}` },
        ]);
      const order = options.fallback[name] ?? [];
      const first = entry.offers.get(order[0] ?? "") ?? [...entry.offers.values()][0];
      if (first === undefined) throw new AppError("not_found");
      if (entry.offers.size === 1) return first;
      // Where the server chooses, only what every provider understands may be asked.
      return {
        ...first,
        schema: entry.operation.schema,
        candidates: order.flatMap((key) => (key === first.providerKey ? [] : (entry.offers.get(key) ?? []))),
      };
    },
  };
}

function offerOf(
  operation: AnyOperation,
  providerKey: string,
  provider: AnyProvider,
  offered: OfferedOperation,
  priceKey: string,
): Offer {
  return {
    operation,
    providerKey,
    provider,
    schema: z.strictObject({ ...operation.schema.shape, ...offered.parameters.shape }),
    parameters: offered.parameters,
    candidates: [],
    priceKey,
    outputsOf: (input) => offered.outputs?.(input) ?? 1,
    problem: (input, files) => operation.check(input) ?? offered.check?.(input, files),
  };
}

/**
 * The offer for that input, without the candidates that would refuse it: what was accepted must not fail because
 * somebody stands in who cannot take it.
 *
 * @throws AppError `validation_failed` - fields that do not go together, or that the first provider cannot take.
 */
export function suited(offer: Offer, input: JsonObject, files: readonly CheckedFile[]): Offer {
  const problem = offer.problem(input, files);
  if (problem !== undefined)
    throw validationFailed([{ pointer: `/${problem.field}`, message: problem.message }]);
  const candidates = offer.candidates.filter((other) => other.problem(input, files) === undefined);
  return { ...offer, candidates };
}
