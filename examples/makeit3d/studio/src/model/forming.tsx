/** Half the outline of a vase, from its foot to its lip: [radius, height]. */
const outline = [
  [0.34, 0],
  [0.5, 0.1],
  [0.62, 0.24],
  [0.66, 0.4],
  [0.6, 0.56],
  [0.46, 0.7],
  [0.36, 0.8],
  [0.34, 0.9],
  [0.42, 1],
] as const;

const around = Array.from({ length: 25 }, (_, index) => (index / 24) * Math.PI * 2);
const tilt = 0.36;

const point = (radius: number, height: number, angle: number) =>
  [110 + radius * 88 * Math.cos(angle), 172 - height * 132 + radius * 88 * tilt * Math.sin(angle)] as const;

const ring = (radius: number, height: number) =>
  `M${around
    .map((angle) =>
      point(radius, height, angle)
        .map((value) => value.toFixed(1))
        .join(" "),
    )
    .join("L")}Z`;

/** The radius of the outline at a height. */
function radiusAt(height: number): number {
  const above = outline.findIndex(([, level]) => level >= height);
  const [upper, lower] = [outline[Math.max(0, above)], outline[Math.max(0, above - 1)]];
  if (!upper || !lower || upper[1] === lower[1]) return upper?.[0] ?? 0;
  return lower[0] + ((height - lower[1]) / (upper[1] - lower[1])) * (upper[0] - lower[0]);
}

/** A mesh that grows from the ground by the real percentage. A drawing: the words beside it say the same. */
export function Forming({ percent }: { percent: number }) {
  const level = Math.min(1, Math.max(0.02, percent / 100));
  const done = Array.from({ length: 13 }, (_, index) => index / 12).filter((height) => height <= level);
  const open = Array.from({ length: 13 }, (_, index) => index / 12).filter((height) => height > level);
  const top = radiusAt(level);
  const ribs = around
    .slice(0, 24)
    .filter((angle) => Math.sin(angle) > -0.2)
    .map((angle) => {
      const heights = [...done, level];
      return `M${heights
        .map((height) =>
          point(radiusAt(height), height, angle)
            .map((value) => value.toFixed(1))
            .join(" "),
        )
        .join("L")}`;
    });
  return (
    <svg className="forming-mesh" viewBox="0 0 220 202" aria-hidden="true">
      <ellipse className="ground" cx="114" cy="176" rx="74" ry="20" />
      <g className="body">
        <path d={done.map((height) => ring(radiusAt(height), height)).join("")} />
        <path d={ribs.join("")} />
      </g>
      <g className="dots">
        {open.flatMap((height) =>
          around.slice(0, 24).map((angle) => {
            const [x, y] = point(radiusAt(height), height, angle);
            return <circle key={`${height} ${angle}`} cx={x.toFixed(1)} cy={y.toFixed(1)} r=".8" />;
          }),
        )}
      </g>
      <path className="level" d={ring(top + 0.015, level)} />
    </svg>
  );
}
