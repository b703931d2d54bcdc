import { useCallback, useEffect, useState } from "react";

export interface Sheet {
  open: boolean;
  /** Brings the composer to the front: as a sheet on a phone, by focus where it is always there. */
  show: () => void;
  hide: () => void;
}

const wide = "(min-width: 860px)";

export function useSheet(): Sheet {
  const [open, setOpen] = useState(false);
  const show = useCallback(() => {
    if (!matchMedia(wide).matches) setOpen(true);
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>("#composer")?.focus({ preventScroll: true }),
    );
  }, []);
  const hide = useCallback(() => setOpen(false), []);
  useEffect(() => {
    if (!open) return;
    document.body.classList.add("sheet-open");
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") setOpen(false);
    };
    const screen = matchMedia(wide);
    const onWide = () => setOpen(false);
    addEventListener("keydown", onKey);
    screen.addEventListener("change", onWide);
    return () => {
      document.body.classList.remove("sheet-open");
      removeEventListener("keydown", onKey);
      screen.removeEventListener("change", onWide);
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".dock button")?.focus());
    };
  }, [open]);
  return { open, show, hide };
}
