import { cat } from "./cat.ts";
import { cup, cupAlone } from "./cup.ts";
import { house } from "./house.ts";
import { rocket } from "./rocket.ts";
import type { Still } from "./workshop.ts";

/** Every still, by the name of its picture. */
export const stills: Record<string, () => Still> = {
  cat,
  cup: () => cup(0x9e2413),
  "cup-teal": () => cup(0x185c58),
  "cup-alone": cupAlone,
  rocket,
  house,
};
