import { createContext, type ReactNode, use, useState } from "react";
import { Loupe } from "./loupe.tsx";

/** Which print is under the loupe. */
export interface LoupePlace {
  stepId: string;
  index: number;
}

const Open = createContext<(place: LoupePlace) => void>(() => {});

/** Lays a print under the loupe. */
export function useOpenLoupe(): (place: LoupePlace) => void {
  return use(Open);
}

export function LoupeProvider({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<LoupePlace | null>(null);
  return (
    <Open value={setPlace}>
      {children}
      {place ? <Loupe place={place} onClose={() => setPlace(null)} /> : null}
    </Open>
  );
}
