export { type SupabaseOptions, type SupabaseRpcClient, supabase } from "./database.ts";
export { type SupabaseStorageClient, type SupabaseStorageOptions, supabaseStorage } from "./storage.ts";
