import { readFileSync } from "node:fs";
import { Hono } from "hono";

const types: Record<string, string> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
};

/** The page for the developer: three files as they are, from this package and nowhere else. */
export function createPage(): Hono {
  const page = new Hono();
  for (const [file, type] of Object.entries(types)) {
    const path = file === "index.html" ? "/" : `/_/${file}`;
    page.get(path, () => {
      // Beside this module in the sources and beside the bundle in the package.
      const bytes = readFileSync(new URL(`./page/${file}`, import.meta.url));
      return new Response(bytes, {
        headers: {
          "content-type": type,
          "cache-control": "no-cache",
          "content-security-policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "x-content-type-options": "nosniff",
        },
      });
    });
  }
  return page;
}
