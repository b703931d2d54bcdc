import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";

const Say = createContext<(text: string) => void>(() => {});

/** Says something to people who listen: starts, ends, and the line. Never each percent. */
export function useSay(): (text: string) => void {
  return useContext(Say);
}

/** The page's one polite live region. */
export function LiveRegion({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const timer = useRef(0);
  const say = useCallback((next: string) => {
    // Emptied first: the same sentence twice is otherwise read once.
    setText("");
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setText(next), 60);
  }, []);
  return (
    <Say value={say}>
      {children}
      <p className="sr" role="status" aria-live="polite">
        {text}
      </p>
    </Say>
  );
}
