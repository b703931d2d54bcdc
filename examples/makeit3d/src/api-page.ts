import { fileURLToPath } from "node:url";
import { type Request, type Response, Router } from "express";

/** Everything the page is, in one file: it is served from here, and no other host is asked for anything. */
const script = fileURLToPath(
  new URL("./browser/standalone.js", import.meta.resolve("@scalar/api-reference")),
);

/** Whatever a later version of the page would like to fetch from elsewhere: the browser refuses. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The API</title>
    <link rel="icon" href="/mark.svg" type="image/svg+xml" />
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/scalar.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** What it shows, and everything of it switched off that would speak to its maker. */
const settings = {
  url: "/api/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  defaultOpenAllTags: true,
  authentication: { preferredSecurityScheme: "token" },
  customCss: `
    @font-face { font-family: "Hanken Grotesk"; src: url("/fonts/hanken-grotesk.woff2"); font-weight: 400 700; }
    :root { --scalar-font: "Hanken Grotesk", system-ui, sans-serif; }`,
};

/** `/docs`: the API to read and to try, made from `/api/openapi.json` by the browser. */
export function apiPage(): Router {
  const router = Router();
  router.get("/docs", (_request: Request, response: Response) => {
    response.set({ "content-security-policy": policy, "x-content-type-options": "nosniff" });
    response.type("html").send(page);
  });
  router.get("/docs/scalar.js", (_request: Request, response: Response) => {
    // The package lies in pnpm's own folder, whose name begins with a dot.
    response.sendFile(script, { dotfiles: "allow" });
  });
  router.get("/docs/start.js", (_request: Request, response: Response) => {
    response.type("js").send(`Scalar.createApiReference("#api", ${JSON.stringify(settings)});\n`);
  });
  return router;
}
