// Builds the page ahead of the first start, e.g. into an image that has no builder.
import { buildStudio } from "./studio.ts";

console.log(await buildStudio());
