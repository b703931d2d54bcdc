import type { BuiltInOperations } from "./operations/built-in/index.ts";
import type { AnyOperation } from "./operations/define-operation.ts";
import type { AnyProvider } from "./providers/define-provider.ts";

export type Providers = Record<string, AnyProvider>;
export type Operations = readonly AnyOperation[];
type Offers<P extends AnyProvider> = P["~offers"];
/** The two kinds of operation in one lookup. A team's own operation wins over ours of the same name. */
type Catalogue<O extends Operations> = Omit<BuiltInOperations, O[number]["name"]> & {
  [Item in O[number] as Item["name"]]: Item;
};
type Offered<P extends Providers> = { [Key in keyof P]: keyof Offers<P[Key]> }[keyof P];
type KeysFor<P extends Providers, Op> = {
  [Key in keyof P]: Op extends keyof Offers<P[Key]> ? Key : never;
}[keyof P];
type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;

/** The client's whole knowledge, as data: operation → input, output, parameters per provider. Lazy per operation. */
export type AppOf<P extends Providers, O extends Operations, Fallback> = {
  [Op in Offered<P> & keyof Catalogue<O>]: {
    input: Catalogue<O>[Op] extends { "~input": infer Input } ? Input : never;
    output: Catalogue<O>[Op] extends { "~output": infer Output } ? Output : never;
    providers: { [Key in KeysFor<P, Op>]: Offers<P[Key]>[Op & keyof Offers<P[Key]>] };
    provider_optional: Op extends keyof Fallback ? true : IsUnion<KeysFor<P, Op>> extends true ? false : true;
  };
};

/** Every pair that can be bought, with the key of its price in `operation_costs`. */
export type PricesFor<P extends Providers, O extends Operations> = {
  [Op in Offered<P> & keyof Catalogue<O>]: { [Key in KeysFor<P, Op>]: string };
};

/** One of what can be bought, or all of a provider, or all of an operation. */
export type PairsFor<P extends Providers, O extends Operations> =
  | { readonly provider?: undefined; readonly operation?: NameOf<Offered<P> & keyof Catalogue<O>> }
  | {
      [Key in keyof P & string]: {
        readonly provider: Key;
        readonly operation?: NameOf<keyof Offers<P[Key]> & keyof Catalogue<O>>;
      };
    }[keyof P & string];
/** Of a registry that was put together at run time nothing is known: then any name is taken, and checked at the start. */
type NameOf<Known> = [Known] extends [never] ? string : Known & string;

/** Operation → providers in the order in which they are tried when the request names none. */
export type FallbackFor<P extends Providers, O extends Operations> = {
  [Op in Offered<P> & keyof Catalogue<O>]?: readonly KeysFor<P, Op>[];
};

/** A provider that offers an operation nobody defined. The text is what the developer reads. */
export type CheckOffers<P extends Providers, O extends Operations> = {
  [Key in keyof P]: Exclude<keyof Offers<P[Key]>, keyof Catalogue<O>> extends infer Unknown
    ? [Unknown] extends [never]
      ? unknown
      : `'${Unknown & string}' is offered here but not defined: add defineOperation({ name: '${Unknown & string}' }) to operations`
    : never;
};
