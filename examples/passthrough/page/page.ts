/** What `POST /generate/image-to-image` answers. */
interface Drawn {
  readonly status: string;
  readonly message?: string;
  readonly images: readonly { b64_json: string; content_type: string; result_url: string }[];
}

/** What `GET /tasks/{task_id}/status` answers. */
interface TaskStatus {
  readonly status: "pending" | "processing" | "completed" | "failed";
  readonly progress: number;
  readonly result_url?: string | null;
  readonly expires_at?: string | null;
  readonly message?: string;
}

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const make = <T extends keyof HTMLElementTagNameMap>(tag: T, className: string, text = "") => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One visitor of this tab; only a laptop's server lets people in by a name. */
const session = fetch("/session", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ user: `visitor-${crypto.randomUUID().slice(0, 8)}` }),
}).then(async (answer) => ((await answer.json()) as { access_token: string }).access_token);

async function ask<T>(path: string, body?: FormData | object): Promise<T> {
  const headers = new Headers({ authorization: `Bearer ${await session}` });
  if (body !== undefined) headers.set("idempotency-key", crypto.randomUUID());
  if (body !== undefined && !(body instanceof FormData)) headers.set("content-type", "application/json");
  const sent = body instanceof FormData ? body : JSON.stringify(body);
  const method = body === undefined ? "GET" : "POST";
  const answer = await fetch(path, body === undefined ? { headers } : { method, headers, body: sent });
  const json = (await answer.json()) as T & { message?: string };
  note(`${method} ${path}`, answer.status, json);
  if (!answer.ok) throw new Error(json.message ?? `The server answered ${answer.status}.`);
  return json;
}

/** The newest eight exchanges, base64 cut short. */
function note(asked: string, status: number, answer: unknown): void {
  const short = JSON.stringify(answer, (_key, value: unknown) =>
    typeof value === "string" && value.length > 90 ? `${value.slice(0, 60)}…` : value,
  );
  const line = document.createElement("li");
  line.append(make("span", "", asked), make("span", "", String(status)), make("span", "", short));
  const wire = find("wire");
  wire.prepend(line);
  while (wire.children.length > 8) wire.lastElementChild?.remove();
}

function complain(error: unknown): void {
  find("trouble").textContent = error instanceof Error ? error.message : String(error);
}

find<HTMLInputElement>("image").addEventListener("change", ({ target }) => {
  const [file] = (target as HTMLInputElement).files ?? [];
  if (file === undefined) return;
  const preview = find<HTMLImageElement>("preview");
  preview.src = URL.createObjectURL(file);
  preview.hidden = false;
  find("hint").hidden = true;
});

find<HTMLFormElement>("draw").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const button = form.querySelector("button") as HTMLButtonElement;
  const sent = new FormData(form);
  button.disabled = true;
  find("trouble").textContent = "";
  const waiting = Array.from({ length: Number(sent.get("n")) }, () => make("div", "waiting"));
  find("concepts").replaceChildren(...waiting);
  try {
    const drawn = await ask<Drawn>("/generate/image-to-image", sent);
    if (drawn.images.length === 0) throw new Error(drawn.message ?? "It is still being drawn.");
    find("concepts").replaceChildren(...drawn.images.map(toConcept));
  } catch (error) {
    find("concepts").replaceChildren();
    complain(error);
  } finally {
    button.disabled = false;
  }
});

function toConcept(image: Drawn["images"][number]): HTMLElement {
  const button = make("button", "concept");
  button.type = "button";
  const picture = document.createElement("img");
  picture.alt = "A concept";
  picture.src = `data:${image.content_type};base64,${image.b64_json}`;
  button.append(picture, make("span", "", "Make it a model"));
  button.addEventListener("click", () => {
    void makeModel("Model", "image-to-model", { image_urls: [image.result_url], texture: true });
  });
  return button;
}

async function makeModel(name: string, route: string, body: object): Promise<void> {
  find("trouble").textContent = "";
  const left = make("span", "left", "waiting");
  const title = make("b", "", name);
  title.append(left);
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", name);
  const card = make("li", "model");
  card.append(title, bar);
  find("models").querySelector(".empty")?.remove();
  find("models").prepend(card);
  try {
    const { task_id } = await ask<{ task_id: string }>(`/generate/${route}`, body);
    const done = await poll(task_id, (status) => {
      bar.value = status.progress;
      left.textContent = `${status.progress} %`;
    });
    bar.remove();
    card.append(deedsOf(task_id, done, left));
  } catch (error) {
    card.remove();
    complain(error);
  }
}

async function poll(taskId: string, tell: (status: TaskStatus) => void): Promise<TaskStatus> {
  for (;;) {
    const status = await ask<TaskStatus>(`/tasks/${taskId}/status?service=tripo`);
    tell(status);
    if (status.status === "completed") return status;
    if (status.status === "failed") throw new Error(status.message ?? "It could not be made.");
    await pause(1000);
  }
}

/** Download and refine, and how long the vendor's link works. Whoever comes late is given a fresh one. */
function deedsOf(taskId: string, done: TaskStatus, left: HTMLElement): HTMLElement {
  let status = done;
  const link = make("a", "", "Download .glb");
  link.setAttribute("download", "model.glb");
  link.setAttribute("href", status.result_url ?? "");
  const refine = make("button", "", "Refine");
  refine.type = "button";
  refine.addEventListener("click", () => {
    void makeModel("Refined", "refine-model", { draft_model_task_id: taskId });
  });
  const renew = make("button", "", "Fresh link");
  renew.type = "button";
  renew.hidden = true;
  renew.addEventListener("click", async () => {
    status = await ask<TaskStatus>(`/tasks/${taskId}/status?service=tripo`);
    link.setAttribute("href", status.result_url ?? "");
    count();
  });
  const count = () => {
    const seconds = Math.floor((Date.parse(status.expires_at ?? "") - Date.now()) / 1000);
    const over = !(seconds > 0);
    left.textContent = over ? "link has ended" : `works for ${seconds} s`;
    left.classList.toggle("over", over);
    link.hidden = over;
    renew.hidden = !over;
  };
  count();
  setInterval(count, 1000);
  const deeds = make("div", "deeds");
  deeds.append(link, renew, refine);
  return deeds;
}
