import type { Failure, ImageAsset, ModelAsset, VectorAsset } from "./wire.ts";

type IsAny<T> = 0 extends 1 & T ? true : false;
type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;
type KeyOfEach<T> = T extends unknown ? keyof T : never;

/** The type behind `AppIn` when an import did not resolve: `any` would switch every check off in silence. */
export type UnresolvedApp = {
  "App is 'any': its import does not resolve. Check the path of the type-only import": never;
};

/** What the client knows of a server. Accepts `typeof bff` and the interface that `bff types` writes. */
export type AppIn<B> =
  IsAny<B> extends true ? UnresolvedApp : B extends { "~app": infer App extends object } ? App : B;

interface Common {
  /** Yours: groups generations. 1–128 of A–Z a–z 0–9 _ - */
  task_id: string;
  /** From `quote()`: the price that was shown is the price that is held. */
  quote_id?: string;
}

/** Arguments in the order in which messages print them: who, what, then the allowed fields. */
type RequestTo<Provider, _Op, Fields> = {
  [Field in keyof (Common & Provider & Fields)]: (Common & Provider & Fields)[Field];
};

/** Inlined, not an alias, so that messages list the fields themselves. A provider may widen a field of the operation. */
type RequestsTo<Op, Input, Own> = {
  [Key in keyof Own]: Omit<Input, keyof Own[Key]> & Own[Key] extends infer Fields
    ? RequestTo<{ provider: Key }, Op, { [F in keyof Fields]: Fields[F] }>
    : never;
}[keyof Own];

/** One provider: its parameters are allowed with or without its name. */
type RequestToOnly<Op, Input, Own> = {
  [Key in keyof Own]: Omit<Input, keyof Own[Key]> & Own[Key] extends infer Fields
    ? RequestTo<{ provider?: Key }, Op, { [F in keyof Fields]: Fields[F] }>
    : never;
}[keyof Own];

/** The server chooses: only what every provider understands. Without the last part, a union would let own parameters pass. */
type RequestToAny<Op, Input, Own> = RequestTo<
  { provider?: never },
  Op,
  Input & { [Field in Exclude<KeyOfEach<Own[keyof Own]>, keyof Input>]?: never }
>;

/**
 * The request that an operation takes: a union of one flat type per provider, told apart by `provider`.
 *
 * The brackets below keep it from distributing: without them the first call computes the requests of all operations.
 */
export type RequestOf<App, Op extends keyof App> = RequestOfContract<Op, App[Op]>;
type RequestOfContract<Op, Contract> = [Contract] extends [
  { input: infer Input; providers: infer Own; provider_optional: infer Optional },
]
  ? IsUnion<keyof Own> extends true
    ? Optional extends true
      ? RequestsTo<Op, Input, Own> | RequestToAny<Op, Input, Own>
      : RequestsTo<Op, Input, Own>
    : RequestToOnly<Op, Input, Own>
  : never;

type WithoutTask<Request> = Request extends unknown
  ? { [Field in keyof Request as Field extends keyof Common ? never : Field]: Request[Field] } & {
      /** Not needed for a price; allowed so that the request to be sent can be passed as it is. */
      task_id?: string;
    }
  : never;

/** What `quote()` takes: the request that would be sent, with or without `task_id`. */
export type QuoteRequestOf<App, Op extends keyof App> = WithoutTask<RequestOf<App, Op>>;

/** What an operation gives. */
export type ResultOf<Output> = Output extends "image"
  ? { assets: ImageAsset[]; failures: Failure[] }
  : Output extends "vector"
    ? { assets: VectorAsset[]; failures: Failure[] }
    : Output extends "model"
      ? { assets: ModelAsset[]; failures: Failure[] }
      : Output extends { readonly "~json": infer Value }
        ? { json: Value }
        : never;

type Part<Contract, Name> = Name extends keyof Contract ? Contract[Name] : never;

/** The result of one operation of an app; of several, the union of theirs. */
export type ResultIn<App, Op extends keyof App> = ResultOf<Part<App[Op], "output">>;
