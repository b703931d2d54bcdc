export { type SupabaseAuthOptions, supabaseAuth } from "./auth.ts";
export { type SupabaseOptions, type SupabaseRpcClient, supabase } from "./database.ts";
export { type SupabaseSignInOptions, supabaseSignIn } from "./sign-in.ts";
export { type SupabaseStorageClient, type SupabaseStorageOptions, supabaseStorage } from "./storage.ts";
