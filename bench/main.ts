// `pnpm bench <name> [options]` runs bench/<name>.ts.
const [name = ""] = process.argv.splice(2, 1);
if (!/^[a-z-]+$/.test(name)) throw new Error("Which one? For example: pnpm bench ledger");
await import(`./${name}.ts`);
