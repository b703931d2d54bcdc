import { element } from "./element.ts";

/** A row of pictures of which one is chosen. */
export interface ChoiceOptions {
  readonly samples: readonly string[];
  /** Stores a file of one's own; resolves to its URL for a request. */
  readonly upload: (file: File) => Promise<string>;
  /** Told what to show: a sample, or a file of this page. */
  readonly onChoice: (shown: string) => void;
}

/** Fills the row with the samples and a place for a file of one's own; the first sample is chosen. */
export function createChoices(id: string, { samples, upload, onChoice }: ChoiceOptions) {
  const row = element(id, HTMLElement);
  let chosen = "";
  const choose = (choice: HTMLElement, url: string, shown: string) => {
    chosen = url;
    for (const other of row.children) other.setAttribute("aria-pressed", String(other === choice));
    onChoice(shown);
  };
  const add = (url: string, shown: string) => {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.style.backgroundImage = `url("${shown}")`;
    choice.setAttribute("aria-label", /([^/]+)\.jpg$/.exec(url)?.[1] ?? "yours");
    choice.addEventListener("click", () => choose(choice, url, shown));
    row.insertBefore(choice, own);
    return choice;
  };

  const own = document.createElement("label");
  own.textContent = "+";
  own.title = "A file of your own";
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/png,image/jpeg,image/webp";
  own.append(input);
  row.append(own);
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (file === undefined) return;
    const url = await upload(file);
    const shown = URL.createObjectURL(file);
    choose(add(url, shown), url, shown);
  });
  const added = samples.map((url) => [add(url, url), url] as const);
  const [first] = added;
  if (first !== undefined) choose(first[0], first[1], first[1]);
  return { chosen: () => chosen };
}
