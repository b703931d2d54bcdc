import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { World } from "../vendor.ts";

/** The keys that webhooks are signed with. */
export interface SigningKeys {
  /** What `.well-known/jwks.json` answers. */
  jwks(): unknown;
  /** A signature in hex; `rotated` by a key that is in the list only from now on, `forged` by nobody's. */
  sign(message: string, by: "current" | "rotated" | "forged"): string;
}

// An Ed25519 key in PKCS #8 is this head and 32 bytes.
const head = Buffer.from("302e020100300506032b657004220420", "hex");

/** Derives them from the simulator's seed, so that they outlive a restart. Two are in the list; the second one signs. */
export function createSigningKeys(world: World): SigningKeys {
  const key = (name: string): KeyObject => {
    const bytes = createHash("sha256").update(`fal signing key ${name} of ${world.settings.seed}`).digest();
    return createPrivateKey({ key: Buffer.concat([head, bytes]), format: "der", type: "pkcs8" });
  };
  const keys = { old: key("old"), current: key("current"), rotated: key("rotated"), forged: key("forged") };
  const shown = world.state.collection<true>("fal.keys");
  const listed = (one: KeyObject) => {
    const { kty, crv, x } = createPublicKey(one).export({ format: "jwk" });
    return { kty, crv, x };
  };
  return {
    jwks: () => ({
      keys: [keys.old, keys.current, ...(shown.get("rotated") === true ? [keys.rotated] : [])].map(listed),
    }),
    sign(message, by) {
      if (by === "rotated") shown.set("rotated", true);
      return sign(null, Buffer.from(message), keys[by]).toString("hex");
    },
  };
}
