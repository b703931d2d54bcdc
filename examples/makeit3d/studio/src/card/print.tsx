import { useRef, useState } from "react";
import { useStudio } from "../state/studio.tsx";

/**
 * A picture of ours. Its address may be signed and run out, so a fresh one is asked for once when it fails; and a
 * new signature alone does not fetch the same picture again.
 */
export function Print({ id, url, alt }: { id: string; url: string; alt: string }) {
  const { client } = useStudio();
  const [shown, setShown] = useState({ id, url });
  const asked = useRef<string | null>(null);
  const current = shown.id === id ? shown.url : url;
  if (shown.id !== id) setShown({ id, url });
  const renew = async () => {
    if (asked.current === id) return;
    asked.current = id;
    try {
      const fresh = await client.asset(id).url();
      setShown({ id, url: fresh.asset_url });
    } catch {
      // It may be an upload, or gone: the newest address that we were told is the last try.
      setShown({ id, url });
    }
  };
  return <img src={current} alt={alt} draggable={false} onError={() => void renew()} />;
}
