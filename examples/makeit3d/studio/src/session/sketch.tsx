/** A pencil drawing of a cup: where the story on the sign-in page begins. */
export function CupSketch() {
  return (
    <svg className="sketch" viewBox="0 0 200 200" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeLinecap="round">
        <g strokeWidth="2.1">
          <path d="M50 74c2-11 23-19 50-18 27 0 49 8 50 19 0 11-23 20-51 19-28 0-50-9-49-20Z" />
          <path d="M49 77c0 24 9 50 27 63 14 10 34 11 49 0 17-13 25-39 26-63" />
          <path d="M149 87c15-7 31-1 30 14-1 16-19 25-36 23" />
          <path d="M146 97c11-5 20-1 19 7-1 9-10 13-19 12" />
          <path d="M66 134c-28 3-45 11-45 20 0 13 36 22 80 21 44 0 79-9 79-21 0-9-17-17-45-20" />
          <path d="M33 161c11 10 38 15 68 15 31-1 57-6 68-16" />
        </g>
        <g strokeWidth="1.2" opacity=".7">
          <path d="M60 80c7 7 22 11 40 11s33-4 40-11" />
          <path d="m118 108-10 34m18-40-11 38m19-46-10 40m17-46-9 36" />
          <path d="m61 100 6 24m-10-33 4 18m8 8 3 13" />
          <path d="m140 149 17 7m-25-6 15 8m-26-5 13 7" />
        </g>
      </g>
    </svg>
  );
}
