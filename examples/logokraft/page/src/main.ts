import { type Asset, ask, session } from "./api.ts";
import { onSubmit } from "./form.ts";
import { createGrid } from "./grid.ts";
import { follow } from "./stream.ts";

const find = <Kind extends HTMLElement>(selector: string) => document.querySelector(selector) as Kind;
const [door, studio, state] = [find("#door"), find("#studio"), find("#state")];
const closer = find<HTMLDialogElement>("#closer");
const grid = createGrid(find("#grid"), openCloser);
let opened: Asset | undefined;
let following = new AbortController();
/** Of the request that is being sent: pressing twice, or again after a broken line, makes one. */
let attempt = crypto.randomUUID();

onSubmit(find<HTMLFormElement>("#sign-in"), async (fields, button) => {
  const who = Object.fromEntries(fields);
  if (button === "signup") await ask("/api/v1/auth/signup", who);
  const { access_token } = await ask<{ access_token: string }>("/api/v1/auth/login", who);
  session.enter(access_token);
  enter();
});

onSubmit(
  find<HTMLFormElement>("#brief"),
  async (fields) => {
    const told = (name: string) => String(fields.get(name) ?? "").trim() || undefined;
    const colors = told("colors")
      ?.split(",")
      .map((color) => color.trim())
      .filter(Boolean)
      .slice(0, 6);
    const form = new FormData();
    const brief = {
      project_name: told("project_name"),
      description: told("description"),
      audience: told("audience"),
      style: told("style"),
      count: Number(told("count")),
      ...(colors?.length ? { colors } : {}),
    };
    form.set("brief_data", JSON.stringify(brief));
    form.set("inspiration_file", fields.get("inspiration_file") ?? "");
    const { project_id } = await ask<{ project_id: string }>("/api/v1/projects", form, attempt);
    attempt = crypto.randomUUID();
    location.hash = project_id;
  },
  leave,
);

onSubmit(
  find<HTMLFormElement>("#refine"),
  async (fields, action) => {
    const instruction = String(fields.get("instruction") ?? "").trim();
    const wish = { action, ...(instruction && { instruction }) };
    grid.show(await ask<Asset>(`/api/v1/assets/${opened?.id}/refine`, wish, attempt));
    attempt = crypto.randomUUID();
    closer.close();
  },
  leave,
);

find("#leave").addEventListener("click", leave);
addEventListener("hashchange", showProject);
const range = find<HTMLInputElement>("#brief [name=count]");
range.addEventListener("input", () => {
  find("#brief .count b").textContent = range.value;
  estimate();
});

/** A plan costs 1 and a logo 2: `sql/0001_prices.sql`. */
function estimate(): void {
  find("#brief .price").textContent = `${1 + 2 * Number(range.value)} credits; what fails costs nothing.`;
}

function openCloser(asset: Asset): void {
  opened = asset;
  const picture = closer.querySelector("img") as HTMLImageElement;
  picture.src = asset.asset_url ?? "";
  picture.alt = asset.generation_prompt ?? "";
  (closer.querySelector(".prompt") as HTMLElement).textContent = asset.generation_prompt;
  find<HTMLFormElement>("#refine").reset();
  closer.showModal();
}

function enter(): void {
  door.hidden = session.token !== null;
  studio.hidden = find("#leave").hidden = session.token === null;
  estimate();
  if (session.token === null) return;
  // The stream tells of changes only.
  ask<{ available: number }>("/bff/credits/balance").then((now) => hear("balance", now), leave);
  showProject();
}

function leave(): void {
  session.leave();
  following.abort();
  grid.clear();
  find("#balance").textContent = "";
  enter();
}

function showProject(): void {
  following.abort();
  following = new AbortController();
  grid.clear();
  const projectId = location.hash.slice(1);
  if (projectId) void follow(projectId, hear, following.signal);
}

function hear(event: string, data: unknown): void {
  if (event === "balance") {
    const { available } = data as { available: number };
    find("#balance").textContent = `${available} credits`;
  } else if (event === "project") {
    const { status, error } = data as { status: string; error: { message: string } | null };
    const words = { planning: "Reading your brief …", planned: "Sketching …" }[status];
    state.textContent = words ?? error?.message ?? "";
  } else if (event === "asset") {
    grid.show(data as Asset);
    state.textContent = grid.tally();
  }
}

enter();
