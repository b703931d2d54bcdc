import type { Movement } from "@genbff/client-sdk";
import { plural } from "../shell/words.ts";

/** What became of some credits. */
export type Fate = "held" | "paid" | "back" | "added" | "taken";

/** One line of the history: all that happened to the credits of one thing. */
export interface Entry {
  id: string;
  at: string;
  what: string;
  note: string;
  fate: Fate;
  /** The figure at its right. */
  amount: number;
  /** One square per credit. */
  held: number;
  paid: number;
  back: number;
}

const stateWords: Record<Fate, string> = {
  held: "Set aside",
  paid: "Paid",
  back: "Came back",
  added: "Added",
  taken: "Taken",
};

export function fateWord(fate: Fate): string {
  return stateWords[fate];
}

/** Groups the movements of a wallet by what they were for, newest first. */
export function entriesOf(movements: readonly Movement[], nameOf: (operation: string) => string): Entry[] {
  const groups = new Map<string, Movement[]>();
  for (const movement of movements) {
    const key = movement.generation_id ?? movement.id;
    groups.set(key, [...(groups.get(key) ?? []), movement]);
  }
  return [...groups].map(([id, group]) =>
    group[0]?.generation_id ? generationEntry(id, group, nameOf) : otherEntry(id, group),
  );
}

function sum(group: readonly Movement[], kind: Movement["kind"]): number {
  return group.reduce((total, item) => total + (item.kind === kind ? item.amount : 0), 0);
}

function newest(group: readonly Movement[]): string {
  return (
    group
      .map((item) => item.created_at)
      .sort()
      .at(-1) ?? ""
  );
}

function generationEntry(
  id: string,
  group: readonly Movement[],
  nameOf: (operation: string) => string,
): Entry {
  const refund = sum(group, "refund");
  const paid = Math.max(0, sum(group, "capture") - refund);
  const released = sum(group, "release");
  // The oldest movement may lie on a later page.
  const set = Math.max(sum(group, "hold"), paid + released);
  const open = paid === 0 && released === 0 && refund === 0;
  const back = open ? 0 : set - paid;
  const fate: Fate = open ? "held" : paid > 0 ? "paid" : "back";
  const operation = group.find((item) => item.operation)?.operation;
  return {
    id,
    at: newest(group),
    what: operation ? nameOf(operation) : "Something made for you",
    note: noteOf(fate, paid, back),
    fate,
    amount: fate === "paid" ? paid : set,
    held: set,
    paid,
    back,
  };
}

function noteOf(fate: Fate, paid: number, back: number): string {
  if (fate === "held") return "Set aside while it is made.";
  if (fate === "back") {
    if (back === 1) return "It came back: not charged.";
    return back === 2 ? "Both came back: not charged." : `All ${back} came back: not charged.`;
  }
  return back > 0
    ? `${paid} paid, ${back} came back: you pay only for what arrives.`
    : "Paid when it was safely stored.";
}

function otherEntry(id: string, group: readonly Movement[]): Entry {
  const first = group[0];
  const amount = first?.amount ?? 0;
  const common = { id, at: newest(group), amount, held: 0, paid: 0, back: 0 };
  if (first?.kind === "grant")
    return first.reason === null || /sign|welcome/i.test(first.reason)
      ? {
          ...common,
          what: "Welcome",
          note: "A present for starting.",
          fate: "added",
        }
      : { ...common, what: "Credits added", note: `${plural(amount, "credit")} for you.`, fate: "added" };
  if (first?.kind === "refund")
    return { ...common, what: "Refund", note: "Paid before, and came back.", fate: "back" };
  if (first?.kind === "expiry")
    return { ...common, what: "Ran out", note: "These were not used in time.", fate: "taken" };
  return { ...common, what: "Put right", note: "Corrected by hand.", fate: "added" };
}

/** "Today", "Yesterday", or the date. */
export function dayOf(at: string, now = new Date()): string {
  const date = new Date(at);
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
