import type { SupabaseClient } from "@supabase/supabase-js";

/** A bucket that users write, for the suite of stores. The service role writes for them: what policies let through is no matter here. */
export function userBucket({ storage }: Pick<SupabaseClient, "storage">, name: string) {
  const bucket = storage.from(name);
  return {
    name,
    address: bucket.getPublicUrl("").data.publicUrl,
    async put(key: string, text: string) {
      const { error } = await bucket.upload(key, text, { contentType: "image/png" });
      if (error) throw error;
    },
  };
}
