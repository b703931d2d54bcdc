const circle = "M3.2 10a6.8 6.8 0 1 0 13.6 0 6.8 6.8 0 1 0-13.6 0";

const paths = {
  check: "m4.5 10.5 3.6 3.6 7.4-8.2",
  clock: `${circle}M10 6v4.2l2.7 1.8`,
  retry: "M15.8 8.2A6.3 6.3 0 1 0 16.3 11M16.2 4.2v4.2H12",
  close: "m5 5 10 10M15 5 5 15",
  shield:
    "M10 2.8 4.4 4.9v4.4c0 3.6 2.3 6.3 5.6 7.9 3.3-1.6 5.6-4.3 5.6-7.9V4.9L10 2.8ZM7.6 7.6l4.8 4.8m0-4.8-4.8 4.8",
  broken: "M3.5 5.2h6l-1.4 3.6 3 1.6-1.5 4.4H3.5V5.2ZM12.8 5.2h3.7v9.6h-3.7l1.3-4-2.8-1.6 1.5-4Z",
  download: "M10 3.5v8.6m-3.4-3.2L10 12.3l3.4-3.4M4 16h12",
  expand: "M4 8V4h4m4 0h4v4m0 4v4h-4m-4 0H4v-4",
  arrow: "M4 10h11.5M11 5.5l4.5 4.5-4.5 4.5",
  chevron: "m6 8 4 4 4-4",
  plus: "M10 4.5v11M4.5 10h11",
  minus: "M4.5 10h11",
  upload: "M10 13.2V4.6M6.6 7.8 10 4.4l3.4 3.4M4 15.8h12",
  sun: "M6.8 10a3.2 3.2 0 1 0 6.4 0 3.2 3.2 0 1 0-6.4 0M10 2.6v1.6m0 11.6v1.6M2.6 10h1.6m11.6 0h1.6M4.8 4.8l1.1 1.1m8.2 8.2 1.1 1.1m0-10.4-1.1 1.1m-8.2 8.2-1.1 1.1",
  moon: "M15.8 11.9A6.3 6.3 0 0 1 8.1 4.2a6.3 6.3 0 1 0 7.7 7.7Z",
  ledger: "M5 3.5h10v13l-1.7-1.1-1.6 1.1-1.7-1.1-1.7 1.1-1.6-1.1L5 16.5v-13ZM7.6 7.2h4.8M7.6 10h4.8",
  flask:
    "M7.8 3.2h4.4M8.6 3.2v4.6L4.6 14.5a1.3 1.3 0 0 0 1.1 2h8.6a1.3 1.3 0 0 0 1.1-2L11.4 7.8V3.2M6.6 12h6.8",
  wire: "M10 3 4 6.2v7.6L10 17l6-3.2V6.2L10 3Zm0 0v14M4 6.2l12 7.6m0-7.6L4 13.8",
  wave: "M3 8.2a10 10 0 0 1 14 0M5.6 11.1a6.3 6.3 0 0 1 8.8 0M8.2 13.9a2.6 2.6 0 0 1 3.6 0",
  brush:
    "M4 16c2.6.5 4.6-.4 4.8-2.6a2.3 2.3 0 0 0-2.4-2.3C4.4 11.2 4.9 14 4 16ZM8.6 11.4 15.8 4l.9.9-7.3 7.3",
  undo: "M5 8.5h7.2a3.6 3.6 0 0 1 0 7.2H9M5 8.5l3.2-3.2M5 8.5l3.2 3.2",
  turn: `${circle}M10 3.2v13.6M10 6h5.2M10 9h6.6M10 12h6.5M10 15h4.4`,
  picture: "M4 4.5h12v11H4zM4 13l3.4-3.4 3 3 2.2-2.2L16 13.5M12 7.7h.01",
} as const;

export type IconName = keyof typeof paths;

/** A line drawing beside words that say the same. Hidden from readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** A loop as a grease pencil leaves it: slightly off, never closed. */
export function Loop() {
  return (
    <svg className="loop" viewBox="0 0 60 36" preserveAspectRatio="none" aria-hidden="true">
      <path d="M17 4C6 7 2 13 3 20c2 9 13 13 28 12 16-1 27-7 26-16C56 7 42 2 27 3 18 3.5 10 6 6 10" />
    </svg>
  );
}

export function Brand() {
  return (
    <>
      <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
        <rect x="1.5" y="1.5" width="21" height="21" rx="4" />
        <path d="M6.2 12.4c0-3.5 2.6-6 6-6s5.8 2.4 5.8 5.5-2.6 5.7-6 5.7c-2.6 0-4.9-1.5-5.6-3.6" />
      </svg>
      <span>Studio</span>
    </>
  );
}
