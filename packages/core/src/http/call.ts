import type * as z from "zod";
import type { Principal } from "../auth/port.ts";
import type { BffContext } from "../context.ts";
import type { RouteName, routes } from "../contract/routes.ts";
import type { Watcher } from "../events/watcher.ts";
import type { SignedText } from "../shared/signed-text.ts";
import type { Form } from "./body/read-body.ts";
import type { OpenStreams } from "./open-streams.ts";

type RouteOf<Name extends RouteName> = (typeof routes)[Name];
type Given<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Field<Name extends RouteName, Key> = Key extends keyof RouteOf<Name>
  ? Given<RouteOf<Name>[Key]>
  : undefined;
type TakesForms<Name extends RouteName> =
  RouteOf<Name> extends { takes: readonly (infer Type)[] }
    ? "multipart/form-data" extends Type
      ? true
      : false
    : false;

/** Who asks, and who pays for them. */
export interface Caller extends Principal {
  readonly walletId: string;
}

/** What the routes share within a process. */
export interface HttpTools {
  readonly watcher: Watcher;
  readonly streams: OpenStreams;
  readonly signedText: SignedText;
}

/** One request that has passed every check of its route: what a route's function receives. */
export interface Call<Name extends RouteName = RouteName> extends HttpTools {
  readonly context: BffContext;
  readonly request: Request;
  /** Whose request it is, as `limits.addresses` counts it; undefined where addresses are not looked at. */
  readonly address: string | undefined;
  /** The host hands over whole answers only. */
  readonly buffers: boolean;
  readonly caller: RouteOf<Name>["auth"] extends "user" | "user-or-ticket" | "admin" ? Caller : undefined;
  /** Decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Field<Name, "query">;
  readonly body: TakesForms<Name> extends true ? Field<Name, "body"> | Form : Field<Name, "body">;
}

/** Answers one route. */
export type RouteHandler<Name extends RouteName> = (call: Call<Name>) => Promise<Response> | Response;
