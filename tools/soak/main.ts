// `pnpm soak <name> [options]` runs tools/soak/<name>.ts.
const [name = ""] = process.argv.splice(2, 1);
if (!/^[a-z-]+$/.test(name)) throw new Error("Which one? For example: pnpm soak ledger --minutes 10");
await import(`./${name}.ts`);
