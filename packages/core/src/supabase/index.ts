export { type SupabaseOptions, type SupabaseRpcClient, supabase } from "./database.ts";
