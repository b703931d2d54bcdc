import { ConeGeometry, Group, Scene, SphereGeometry, TorusGeometry } from "three";
import { boards, wall } from "./surfaces.ts";
import { backdrop, lathe, paint, put, type Still, table, tube, wood } from "./workshop.ts";

export function cat(): Still {
  const scene = new Scene();
  table(scene, boards("#caa070"));
  backdrop(scene, wall("#8fb3ad", "#5c8581"), -2.4);
  const coat = wood(0xd98a3d);
  const light = wood(0xf2dfbf);
  const dark = paint(0x2c2420, { roughness: 0.25, clearcoat: 0.8 });
  const body = new Group();
  put(
    body,
    lathe([
      [0.0, 0.0],
      [0.6, 0.0],
      [0.72, 0.1],
      [0.76, 0.4],
      [0.66, 0.85],
      [0.48, 1.2],
      [0.3, 1.4],
      [0, 1.46],
    ]),
    coat,
  ).scale.z = 0.86;
  put(body, new SphereGeometry(0.44, 48, 32), light, 0, 0.58, 0.38).scale.set(0.86, 1.16, 0.7);
  put(body, new SphereGeometry(0.6, 64, 40), coat, 0, 1.66, 0.06).scale.set(1.08, 0.92, 0.94);
  put(body, new SphereGeometry(0.27, 48, 32), light, 0, 1.52, 0.46).scale.set(1.1, 0.72, 0.7);
  for (const side of [-1, 1]) {
    const ear = put(body, new ConeGeometry(0.24, 0.46, 40), coat, 0.38 * side, 2.2, 0);
    ear.rotation.z = -0.3 * side;
    const inner = put(body, new ConeGeometry(0.13, 0.28, 32), wood(0xe9b39a), 0.375 * side, 2.18, 0.13);
    inner.rotation.z = -0.3 * side;
    put(body, new SphereGeometry(0.095, 32, 24), dark, 0.24 * side, 1.74, 0.54).scale.set(0.9, 1.2, 0.6);
    put(body, new SphereGeometry(0.028, 16, 12), paint(0xffffff), 0.27 * side, 1.79, 0.605);
    put(body, new SphereGeometry(0.2, 40, 24), light, 0.3 * side, 0.12, 0.62).scale.set(1, 0.62, 1.2);
    for (const step of [-1, 0, 1])
      put(
        body,
        tube(
          [
            [0.2 * side, 1.52 + step * 0.03, 0.6],
            [0.5 * side, 1.53 + step * 0.08, 0.6],
            [0.82 * side, 1.5 + step * 0.14, 0.46],
          ],
          0.011,
        ),
        dark,
      );
  }
  put(body, new SphereGeometry(0.07, 24, 16), paint(0xb4533f, { clearcoat: 0.6 }), 0, 1.58, 0.66).scale.y =
    0.7;
  const tail = tube(
    [
      [0.5, 0.2, -0.3],
      [1.0, 0.16, -0.1],
      [1.28, 0.42, 0.1],
      [1.2, 0.86, 0.12],
      [1.34, 1.16, 0.1],
    ],
    0.12,
  );
  put(body, tail, coat);
  put(body, new SphereGeometry(0.125, 24, 16), light, 1.34, 1.17, 0.1);
  put(
    body,
    new TorusGeometry(0.37, 0.06, 16, 64),
    paint(0xa8321f, { roughness: 0.6 }),
    0,
    1.24,
    0.03,
  ).rotation.x = Math.PI / 2;
  put(
    body,
    new SphereGeometry(0.1, 24, 16),
    paint(0xe8c258, { roughness: 0.25, metalness: 1 }),
    0,
    1.15,
    0.44,
  );
  body.rotation.y = -0.28;
  body.position.set(-0.12, 0, 0.2);
  scene.add(body);
  return { scene, from: [0.2, 2.5, 6.9], at: [0.06, 1.1, 0], key: 2.7, sky: 1.3 };
}
