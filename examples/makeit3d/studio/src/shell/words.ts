/** "1 credit", "2 credits". */
export function credits(count: number): string {
  return plural(count, "credit");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const numbers = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];

/** "One picture", "Four pictures". */
export function spelled(count: number, one: string, many = `${one}s`): string {
  return `${numbers[count] ?? count} ${count === 1 ? one : many}`;
}

/** `provider_a` → "Provider a", `1024x1536` → "1024 × 1536": for names that nobody gave a title. */
export function readable(name: string): string {
  if (/^\d+x\d+$/.test(name)) return name.replace("x", " × ");
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A provider's public name: `provider_a` → "Provider A". */
export function providerName(key: string): string {
  return key
    .split(/[_-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

/** "1 min 52 s". */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "640 × 427", or nothing where it is not known. */
export function dimensions(thing: { width: number | null; height: number | null }): string {
  return thing.width && thing.height ? `${thing.width} × ${thing.height}` : "";
}

/** "2.4 MB". */
export function fileSize(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1000))} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
