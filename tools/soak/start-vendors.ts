import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The word in everything that they say. */
export const canary = "CANARY";

/** In a process of their own: they paint while the shop sells. */
export async function startVendors(seed: number): Promise<{ readonly url: string; close(): void }> {
  const script = fileURLToPath(new URL("../../tests/shop/vendors-process.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=@genbff/source", script, String(seed), "200", canary],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [address] = (await once(child.stdout, "data")) as [Buffer];
  return { url: address.toString().trim(), close: () => void child.stdin.end() };
}
