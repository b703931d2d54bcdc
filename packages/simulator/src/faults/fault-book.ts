import { hashText } from "../random.ts";
import { defaultRole, type FaultKind, type RequestRole } from "./catalogue.ts";
import { parseRules, parseShort } from "./parse.ts";
import type { Fault, FaultRule } from "./rule.ts";

/** The request a fault is looked up for. */
export interface FaultQuestion {
  readonly vendor: string;
  readonly role: RequestRole;
  /** Whole path, with the vendor's prefix. */
  readonly path: string;
  /** Value of `X-Simulator-Fault`, if sent. */
  readonly header: string | null;
  /** Directives found in the body. */
  readonly directives: readonly string[];
  /** Tells repeats of one request, so that a directive's `times` can count them. */
  readonly digest: string;
  /** Kinds that this vendor can act out. */
  readonly kinds: ReadonlySet<FaultKind>;
}

/** A rule and how far it has got. */
interface RuleState {
  readonly rule: FaultRule;
  readonly seen: number;
  readonly hits: number;
}

/** A fault that strikes one request. */
interface Strike {
  readonly fault: Fault;
  /** Gives the hit back: there was nothing in this exchange that the fault could spoil. */
  undo(): void;
}

/** Which fault strikes next. */
export interface FaultBook {
  /** Replaces all rules. Throws a TypeError for a rule that makes no sense. What prompts asked for stays. */
  set(rules: readonly FaultRule[]): void;
  /** Removes all rules, and what prompts asked for. */
  clear(): void;
  all(): readonly RuleState[];
  /** The fault that strikes this request, if any; counts it. */
  take(question: FaultQuestion): Strike | undefined;
  /** Keeps directives such as `[[fault:truncated_body on=media]]` for the later requests of one job. */
  armFor(jobId: string, directives: readonly string[]): void;
}

interface Entry {
  readonly rule: FaultRule;
  readonly jobId?: string;
  seen: number;
  hits: number;
}

/** Opens an empty book; `seed` decides the draws of rules with a probability. */
export function createFaultBook(seed: number): FaultBook {
  let entries: Entry[] = [];
  const repeats = new Map<string, Entry>();

  const strikes = (entry: Entry, index: number): boolean => {
    const { after = 0, times = 1, probability = 1 } = entry.rule;
    entry.seen += 1;
    if (entry.seen <= after || (times !== null && entry.hits >= times)) return false;
    if (hashText(`${seed}/${index}/${entry.seen}`) / 2 ** 32 >= probability) return false;
    entry.hits += 1;
    return true;
  };

  const struckBy = (entry: Entry): Strike => ({
    fault: entry.rule,
    undo() {
      entry.seen -= 1;
      entry.hits -= 1;
    },
  });

  const direct = (text: string, question: FaultQuestion): Strike | undefined => {
    const rule = parseShort(text);
    if (!concerns({ on: question.role, ...rule }, question)) return undefined;
    const key = `${text}/${question.digest}`;
    const entry = repeats.get(key) ?? { rule, seen: 0, hits: 0 };
    repeats.set(key, entry);
    return strikes(entry, 0) ? struckBy(entry) : undefined;
  };

  return {
    set(rules) {
      const fresh = parseRules(rules).map((rule) => ({ rule, seen: 0, hits: 0 }));
      entries = [...fresh, ...entries.filter(({ jobId }) => jobId !== undefined)];
      repeats.clear();
    },
    clear() {
      entries = [];
      repeats.clear();
    },
    all: () =>
      entries
        .filter(({ jobId }) => jobId === undefined)
        .map(({ rule, seen, hits }) => ({ rule, seen, hits })),
    take(question) {
      if (question.header !== null) return direct(question.header, question);
      for (const text of question.directives) {
        const rule = parseShort(text);
        const on = rule.on ?? defaultRole(rule.kind);
        const strike = on === "any" || on === question.role ? direct(text, question) : undefined;
        if (strike) return strike;
      }
      const struck = entries.find(
        (entry, index) =>
          concerns(entry.rule, question) &&
          (entry.jobId === undefined || question.path.includes(entry.jobId)) &&
          strikes(entry, index),
      );
      return struck && struckBy(struck);
    },
    armFor(jobId, directives) {
      const rules = directives
        .map(parseShort)
        .filter((rule) => (rule.on ?? defaultRole(rule.kind)) !== "create");
      entries.push(...rules.map((rule) => ({ rule, jobId, seen: 0, hits: 0 })));
    },
  };
}

function concerns(rule: FaultRule, question: FaultQuestion): boolean {
  if (!question.kinds.has(rule.kind)) return false;
  if (rule.vendor !== undefined && rule.vendor !== question.vendor) return false;
  if (rule.path !== undefined && !new RegExp(rule.path).test(question.path)) return false;
  const on = rule.on ?? (rule.path === undefined ? defaultRole(rule.kind) : "any");
  return on === "any" || on === question.role;
}
