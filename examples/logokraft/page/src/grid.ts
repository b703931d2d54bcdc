import type { Asset } from "./api.ts";

const notes = { pending: "Waiting", generating: "Drawing", completed: "", failed: "" } as const;

/** The logos of one project: each has its place from the moment it is asked for. */
export function createGrid(place: HTMLElement, open: (asset: Asset) => void) {
  const cards = new Map<string, { readonly card: HTMLButtonElement; asset: Asset }>();

  function show(asset: Asset): void {
    const known = cards.get(asset.id) ?? { card: add(asset), asset };
    cards.set(asset.id, known);
    const { card } = known;
    // A link that is signed anew is the same picture.
    const isShown = known.asset.status === "completed" && card.querySelector("img") !== null;
    known.asset = asset;
    card.dataset.status = asset.status;
    if (isShown) return;
    const note = document.createElement("span");
    note.textContent = asset.error?.message ?? notes[asset.status];
    if (asset.status === "generating")
      note.textContent += asset.progress > 0 ? ` · ${asset.progress} %` : " …";
    const picture = new Image();
    picture.alt = asset.generation_prompt ?? "";
    picture.src = asset.asset_url ?? "";
    card.replaceChildren(asset.status === "completed" ? picture : note);
  }

  /** A refinement stands behind what it was made of. */
  function add(asset: Asset): HTMLButtonElement {
    const card = document.createElement("button");
    card.type = "button";
    card.className = "logo";
    card.dataset.type = asset.asset_type;
    card.addEventListener("click", () => {
      const latest = cards.get(asset.id)?.asset;
      if (latest?.status === "completed") open(latest);
    });
    const parent = cards.get(asset.parent_asset_id ?? "")?.card;
    if (parent) parent.after(card);
    else place.append(card);
    return card;
  }

  return {
    show,
    clear() {
      cards.clear();
      place.replaceChildren();
    },
    /** `5 of 8 are done`, and how many could not be made. */
    tally() {
      const all = [...cards.values()].map(({ asset }) => asset.status);
      const count = (status: Asset["status"]) => all.filter((one) => one === status).length;
      const failed = count("failed");
      return `${count("completed")} of ${all.length} are done${failed > 0 ? `, ${failed} could not be made` : ""}.`;
    },
  };
}
