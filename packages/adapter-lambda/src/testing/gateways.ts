import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLEvent,
} from "aws-lambda";
import { clientAddress, grouped, lastOf, rawQuery, type SentRequest, textOrBase64 } from "./sent-request.ts";

// The gateways in front of a function, played from what AWS documents. Nothing of the adapter is used here.
//
// REST API: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
// HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
// Function URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
// Load balancer: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html

/** One of them. */
export interface Gateway {
  readonly name: string;
  /** Its own limit, in bytes: of events and of results as JSON. */
  readonly bytesMax: number;
  toEvent(request: SentRequest): object;
  /** What it makes of a handler's result; undefined: it cannot read it, and answers 502. */
  toAnswer(result: unknown): Answered | undefined;
}

/** What goes out to the client. */
export interface Answered {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

const megabyte = 1024 * 1024;

/** With `*` + `/*` as its binary media types, and a custom domain without a base path. */
export const restApi: Gateway = {
  name: "REST API",
  bytesMax: 6 * megabyte,
  toEvent({ method, url, headers, body }) {
    // As they were written: HTTP/1.1 clients like capitals.
    const several = grouped(headers.map(([name, value]) => [titled(name), value]));
    const query = grouped(rawQuery(url).map(([name, value]) => [decoded(name), decoded(value)]));
    const isAsked = Object.keys(query).length > 0;
    return {
      resource: "/{proxy+}",
      path: url.pathname,
      httpMethod: method,
      headers: lastOf(several),
      multiValueHeaders: several,
      queryStringParameters: isAsked ? lastOf(query) : null,
      multiValueQueryStringParameters: isAsked ? query : null,
      pathParameters: { proxy: url.pathname.slice(1) },
      stageVariables: null,
      requestContext: {
        accountId: "123456789012",
        apiId: "id",
        authorizer: null,
        domainName: url.hostname,
        httpMethod: method,
        identity: { sourceIp: clientAddress, userAgent: "user-agent" } as never,
        path: url.pathname,
        protocol: "HTTP/1.1",
        requestId: "id",
        requestTimeEpoch: 1583349317135,
        resourceId: "abc",
        resourcePath: "/{proxy+}",
        stage: "prod",
      },
      body: body.length > 0 ? body.toString("base64") : null,
      isBase64Encoded: body.length > 0,
    } satisfies APIGatewayProxyEvent;
  },
  toAnswer(result) {
    const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = result as APIGatewayProxyResult;
    if (!Number.isInteger(statusCode) || typeof body !== "string") return undefined;
    const single = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)] as const);
    const several = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
      values.map((value) => [name, String(value)] as const),
    );
    return { status: statusCode, headers: [...single, ...several], body: read(body, isBase64Encoded) };
  },
};

/** Its paths arrive decoded, and its cookies apart. */
export const httpApi: Gateway = {
  name: "HTTP API",
  bytesMax: 6 * megabyte,
  toEvent: (request) =>
    payload2({ ...request, path: decoded(request.url.pathname), domain: request.url.hostname }),
  toAnswer: fromPayload2,
};

/** As HTTP APIs, but for the path, which arrives as it was sent. */
export const functionUrl: Gateway = {
  name: "function URL",
  bytesMax: 6 * megabyte,
  toEvent: (request) =>
    payload2({
      ...request,
      path: request.url.pathname,
      domain: "id.lambda-url.us-west-2.on.aws",
    }) satisfies LambdaFunctionURLEvent,
  toAnswer: fromPayload2,
};

function payload2({
  method,
  url,
  headers,
  body,
  path,
  domain,
}: SentRequest & { readonly path: string; readonly domain: string }): APIGatewayProxyEventV2 {
  const cookies = headers.filter(([name]) => name === "cookie").flatMap(([, value]) => value.split(/;\s*/));
  const others = grouped(headers.filter(([name]) => name !== "cookie"));
  const type = others["content-type"]?.[0] ?? "";
  const isText =
    /^(text\/|application\/(json|javascript|xml))/i.test(type) && !("content-encoding" in others);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: url.search.slice(1),
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: Object.fromEntries(Object.entries(others).map(([name, values]) => [name, values.join(",")])),
    requestContext: {
      accountId: "anonymous",
      apiId: "id",
      domainName: domain,
      domainPrefix: "id",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: clientAddress, userAgent: "agent" },
      requestId: "id",
      routeKey: "$default",
      stage: "$default",
      time: "12/Mar/2020:19:03:58 +0000",
      timeEpoch: 1583348638390,
    },
    ...(body.length > 0 ? textOrBase64(body, isText) : { isBase64Encoded: false }),
  };
}

function fromPayload2(result: unknown): Answered | undefined {
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as APIGatewayProxyStructuredResultV2;
  if (!Number.isInteger(statusCode) || statusCode === undefined) return undefined;
  return {
    status: statusCode,
    headers: [
      ...Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)] as const),
      ...(cookies ?? []).map((cookie) => ["set-cookie", cookie] as const),
    ],
    body: read(body ?? "", isBase64Encoded),
  };
}

/** Of a name that comes twice the last value arrives. */
export const loadBalancer: Gateway = {
  name: "load balancer",
  bytesMax: megabyte,
  toEvent(request) {
    const { headers, query, ...rest } = balanced(request);
    return { ...rest, headers: lastOf(headers), queryStringParameters: lastOf(query) } satisfies ALBEvent;
  },
  toAnswer: (result) => fromBalanced(result as ALBResult, "headers"),
};

/** The same with multi-value headers switched on. */
export const multiValueLoadBalancer: Gateway = {
  name: "load balancer with multi-value headers",
  bytesMax: megabyte,
  toEvent(request) {
    const { headers, query, ...rest } = balanced(request);
    return { ...rest, multiValueHeaders: headers, multiValueQueryStringParameters: query } satisfies ALBEvent;
  },
  toAnswer: (result) => fromBalanced(result as ALBResult, "multiValueHeaders"),
};

function balanced({ method, url, headers, body }: SentRequest) {
  const several = grouped(headers);
  const type = several["content-type"]?.[0] ?? "";
  const isText =
    /^(text\/|application\/(json|javascript|xml)\b)/i.test(type) && !("content-encoding" in several);
  return {
    requestContext: {
      elb: {
        targetGroupArn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/g/6d0ecf831eec9f09",
      },
    },
    httpMethod: method,
    path: url.pathname,
    query: grouped(rawQuery(url)),
    headers: several,
    ...textOrBase64(body, isText),
  };
}

/** Only the field that fits its mode is read. */
function fromBalanced(result: ALBResult, field: "headers" | "multiValueHeaders"): Answered | undefined {
  const { statusCode, body = "", isBase64Encoded } = result;
  if (!Number.isInteger(statusCode)) return undefined;
  const headers = Object.entries(result[field] ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, String(each)] as const),
  );
  return { status: statusCode, headers, body: read(body, isBase64Encoded) };
}

function read(body: string, isBase64Encoded: boolean | undefined): Buffer {
  return Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
}

function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
