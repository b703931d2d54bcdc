/** What API Gateway's REST APIs and load balancers hand over, as far as it is read. HTTP APIs do too, with payload 1.0. */
export interface RestEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly requestContext: {
    readonly elb?: unknown;
    readonly stage?: string;
    /** With the stage, or whatever else a custom domain puts in front. */
    readonly path?: string;
    readonly identity?: { readonly sourceIp?: string };
  };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** What HTTP APIs and function URLs hand over: payload 2.0. */
export interface HttpApiEvent {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp?: string } };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** Where a request came in. `http` is also a function URL. */
export type Shape = "rest" | "http" | "alb" | "alb-multi-value";

/** A request, as whoever invoked the function wrote it down. */
export type HttpEvent =
  | { readonly shape: "http"; readonly event: HttpApiEvent }
  | { readonly shape: Exclude<Shape, "http">; readonly event: RestEvent };

/**
 * Tells them apart.
 *
 * @throws Error - it is no request: a queue or a schedule was connected to the handler of requests.
 */
export function readEvent(event: unknown): HttpEvent {
  const { requestContext, multiValueHeaders } = (event ?? {}) as Partial<RestEvent>;
  if (typeof requestContext === "object" && requestContext !== null) {
    if ("http" in requestContext) return { shape: "http", event: event as HttpApiEvent };
    if ("elb" in requestContext)
      return { shape: multiValueHeaders ? "alb-multi-value" : "alb", event: event as RestEvent };
    if ("httpMethod" in (event as object)) return { shape: "rest", event: event as RestEvent };
  }
  throw new Error("this event is no HTTP request: connect queues to toSqsWorker and schedules to toSchedule");
}
