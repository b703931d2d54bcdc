/** Remembers the last few things that were asked for, by a key: a download in parts must not be painted for each part. */
export function keepRecent<T>(max: number): (key: string, make: () => T) => T {
  const recent = new Map<string, T>();
  return (key, make) => {
    const found = recent.get(key) ?? make();
    recent.delete(key);
    recent.set(key, found);
    const [oldest] = recent.keys();
    if (recent.size > max && oldest !== undefined) recent.delete(oldest);
    return found;
  };
}
