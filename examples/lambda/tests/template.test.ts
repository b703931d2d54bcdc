import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { parse, type ScalarTag } from "yaml";
import { readSettings } from "../src/settings.ts";

// Nobody deploys in a test: what of the template can be wrong by itself is looked at here.

interface Function {
  readonly Type: string;
  readonly Properties: {
    readonly Handler: string;
    readonly Timeout: number;
    readonly Environment: { readonly Variables: Record<string, string> };
    readonly Policies: readonly { readonly Statement: readonly Statement[] }[];
    readonly Events?: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
    readonly FunctionUrlConfig?: { readonly InvokeMode: string };
  };
}
interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string;
}
interface Template {
  readonly Globals: {
    readonly Function: { readonly Environment: { readonly Variables: Record<string, string> } };
  };
  readonly Resources: {
    readonly Http: Function;
    readonly Worker: Function;
    readonly Schedule: Function;
    readonly Queue: {
      readonly Properties: {
        readonly VisibilityTimeout: number;
        readonly RedrivePolicy: { deadLetterTargetArn: string };
      };
    };
  };
}

/** `!Sub x` is read as x: which name is meant is all that is looked at. */
const customTags: ScalarTag[] = ["!Sub", "!Ref", "!GetAtt"].map((tag) => ({ tag, resolve: (text) => text }));
let template: Template;
beforeAll(async () => {
  const text = await readFile(new URL("../template.yaml", import.meta.url), "utf8");
  template = parse(text, { customTags }) as Template;
});
const functions = () => {
  const { Http, Worker, Schedule } = template.Resources;
  return { http: Http.Properties, queue: Worker.Properties, schedule: Schedule.Properties };
};

it("each function runs the handler of its file, for as long as its work may take", () => {
  const { http, queue, schedule } = functions();
  expect([http.Handler, queue.Handler, schedule.Handler]).toEqual([
    "http.handler",
    "queue.handler",
    "schedule.handler",
  ]);
  expect([http.Timeout, queue.Timeout, schedule.Timeout]).toEqual([29, 900, 60]);
  expect(http.FunctionUrlConfig?.InvokeMode).toBe("RESPONSE_STREAM");
  expect(http.Environment.Variables.STREAMING).toBe("true");
});

it("a message is hidden for six times the worker's time, comes again by itself alone, and ends somewhere", () => {
  const { VisibilityTimeout, RedrivePolicy } = template.Resources.Queue.Properties;
  expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * functions().queue.Timeout);
  expect(RedrivePolicy.deadLetterTargetArn).toBe("DeadLetters.Arn");
  const [source] = Object.values(functions().queue.Events ?? {});
  expect(source).toMatchObject({
    Type: "SQS",
    Properties: { FunctionResponseTypes: ["ReportBatchItemFailures"] },
  });
});

it("the schedule comes once a minute", () => {
  const [minute] = Object.values(functions().schedule.Events ?? {});
  expect(minute?.Properties.ScheduleExpression).toBe("rate(1 minute)");
});

it("settings are complete for each function, secrets are references, and vendors' keys are the worker's alone", () => {
  const common = template.Globals.Function.Environment.Variables;
  const isReference = /^\{\{resolve:(secretsmanager|ssm-secure):/;
  for (const [name, { Environment }] of Object.entries(functions())) {
    const variables = { ...common, ...Environment.Variables };
    // What CloudFormation puts in, as long as it is.
    const resolved = Object.entries(variables).map(([key, value]): [string, string] => {
      if (/_URL$/.test(key)) return [key, "https://somewhere.example"];
      if (key === "SIGN_UP_CREDITS") return [key, "0"];
      return [key, isReference.test(value) ? "x".repeat(40) : value];
    });
    expect(() => readSettings(Object.fromEntries(resolved)), name).not.toThrow();
    for (const key of Object.keys(variables).filter((each) => /SECRET|DATABASE_URL/.test(each)))
      expect(variables[key], `${name}: ${key}`).toMatch(isReference);
    for (const key of ["OPENAI_API_KEY", "TRIPO_API_KEY"])
      expect(isReference.test(variables[key] ?? ""), `${name}: ${key}`).toBe(name === "queue");
  }
});

it("no function has a right over everything, or one that it does not use", () => {
  const allowed =
    /^(sqs:(SendMessage|GetQueueAttributes|ChangeMessageVisibility)|s3:(GetObject|PutObject|DeleteObject|AbortMultipartUpload|ListBucket))$/;
  for (const { Policies } of Object.values(functions()))
    for (const { Action, Resource } of Policies.flatMap(({ Statement }) => Statement)) {
      expect(Resource).toMatch(/^(Queue\.Arn|Assets\.Arn|\$\{Assets\.Arn\}\/\*)$/);
      for (const action of [Action].flat()) expect(action).toMatch(allowed);
    }
  const actions = (each: Function["Properties"]) =>
    each.Policies.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));
  expect(actions(functions().http)).not.toContain("sqs:ChangeMessageVisibility");
});
