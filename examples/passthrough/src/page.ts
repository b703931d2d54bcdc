import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Router } from "express";
import { transformWithOxc } from "vite";

const folder = fileURLToPath(new URL("../page/", import.meta.url));

/** The page: one document, one sheet, one script, whose types are taken off when it is first asked for. */
export function servePage(): Router {
  const router = Router();
  router.get("/", (_request, response) => response.sendFile(`${folder}index.html`));
  router.get("/page.css", (_request, response) => response.sendFile(`${folder}page.css`));
  let script: Promise<string> | undefined;
  router.get("/page.js", async (_request, response) => {
    script ??= readScript();
    response.type("text/javascript").send(await script);
  });
  return router;
}

async function readScript(): Promise<string> {
  const path = `${folder}page.ts`;
  return (await transformWithOxc(await readFile(path, "utf8"), path)).code;
}
