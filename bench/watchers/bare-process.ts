// What a stream costs without us: Express sends one line and keeps the answer open, as a page of documentation shows it.
import type { AddressInfo } from "node:net";
import express from "express";
import { collectBuffersSooner } from "../../examples/makeit3d/src/collect-buffers.ts";
import { obeyParent } from "../memory/measured.ts";
import { atRest } from "./at-rest.ts";

collectBuffersSooner();
const open = new Set<express.Response>();
const app = express();
app.get("/ping", (_request, response) => void response.json({}));
app.get("/{*path}", (request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 1000\n\n");
  open.add(response);
  request.on("close", () => open.delete(response));
});
const server = app.listen(0, "127.0.0.1", () => {
  obeyParent({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, atRest);
});
