import { readSettings } from "./settings.ts";
import { openShop } from "./shop.ts";

/** Made once for each process, whichever function it runs. */
export const settings = readSettings(process.env);
export const { bff, queue } = await openShop(settings);
