import { beforeAll, describe, expect, it } from "vitest";
import { type ErrorCode, errorCodes } from "../../contract/error-codes.ts";
import type { Host } from "../host.ts";
import type { HostCase } from "./case.ts";
import { hostCases } from "./cases/index.ts";
import type { NormalisedAnswer } from "./normalise.ts";
import { play, type Scene } from "./play.ts";
import { setStage } from "./stage.ts";

/** The two that are compared. */
export interface CasesSuiteOptions {
  /** Says how many cases go through what. */
  readonly name: string;
  readonly host: () => Host;
  /** `bff.fetch` itself, of the same BFF. */
  readonly reference: () => Host;
  readonly bodyParser: boolean;
  /** By their names, which must exist: no reason outlives its case. */
  readonly cannot: readonly { readonly reason: string; readonly cases: readonly string[] }[];
  /** What they are about, which must exist. Default: everything. */
  readonly topics?: readonly string[] | undefined;
}

/** What `bff.fetch` answers, asked for once in a process: normalised, it is the same of every BFF of the suite. */
const references = new WeakMap<HostCase, Promise<NormalisedAnswer>>();

/** Played side by side: they have users and tasks of their own. */
const concurrency = 12;

/** Plays every case on a host and on `bff.fetch`: the same answers, and the ones that are written down. */
export function casesSuite({ name, host, reference, bodyParser, cannot, topics }: CasesSuiteOptions): void {
  const played = hostCases.filter(({ about }) => topics?.includes(about) ?? true);
  if (topics !== undefined && played.length < topics.length)
    throw new Error(`no cases are about some of: ${topics.join(", ")}`);
  const left = new Set(cannot.flatMap(({ cases }) => cases));
  const known = new Set(hostCases.flatMap(({ cases }) => cases.map((each) => each.name)));
  for (const each of left) if (!known.has(each)) throw new Error(`no case is called "${each}"`);
  const shown = (cases: readonly HostCase[]) =>
    cases.filter((each) => !(bodyParser && each.hiddenByBodyParser) && !left.has(each.name));
  const count = played.reduce((sum, { cases }) => sum + shown(cases).length, 0);

  describe(`${count} cases through ${name}`, () => {
    let scene: Scene;
    const wantedOf = (each: HostCase): Promise<NormalisedAnswer> => {
      const known = references.get(each) ?? answerOf(reference(), each, scene);
      references.set(each, known);
      return known;
    };
    beforeAll(async () => {
      scene = await setStage(reference());
    });

    it.each(played.map(({ about, cases }) => [shown(cases).length, about, shown(cases)] as const))(
      "answers %i about %s like bff.fetch, as is written down",
      async (_, __, cases) => {
        const rest = cases.values();
        const answers: { each: HostCase; wanted: NormalisedAnswer; given: NormalisedAnswer }[] = [];
        const playOn = async () => {
          for (const each of rest) {
            const [wanted, given] = await Promise.all([wantedOf(each), answerOf(host(), each, scene)]);
            answers.push({ each, wanted, given });
          }
        };
        await Promise.all(Array.from({ length: concurrency }, playOn));
        for (const { each, wanted, given } of answers) {
          expect.soft(given, each.name).toMatchObject(expectationOf(each));
          expect
            .soft(
              absent(each).filter((header) => header in given.headers),
              each.name,
            )
            .toEqual([]);
          expect.soft(given, `${each.name}: unlike bff.fetch`).toEqual(wanted);
        }
      },
    );
  });
}

/** What goes wrong on the way is an answer too: the case's name stands beside it. */
async function answerOf(host: Host, each: HostCase, scene: Scene): Promise<NormalisedAnswer> {
  try {
    return await play(host, each, scene);
  } catch (error) {
    throw new Error(`${each.name}: ${error}`, { cause: error });
  }
}

function expectationOf({ status, code, pointer, headers = {}, body }: HostCase): object {
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
  const answer = { status, headers: { "x-request-id": expect.any(String), ...present } };
  if (code !== undefined) return { ...answer, body: { ...refusalOf(code, pointer), ...(body as object) } };
  if (body === undefined) return answer;
  return { ...answer, body: typeof body === "string" && body !== "" ? expect.stringContaining(body) : body };
}

/** People read the table's sentence; operators find the request by its id. */
function refusalOf(code: ErrorCode, pointer: string | undefined): object {
  const issues = expect.arrayContaining([expect.objectContaining({ pointer })]);
  return {
    error: code,
    message: errorCodes[code].sentence,
    request_id: expect.stringMatching(/^(<request>|proxy-12345678)$/),
    ...(pointer === undefined ? {} : { details: { issues } }),
  };
}

function absent({ headers = {} }: HostCase): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (value === null ? [name] : []));
}
