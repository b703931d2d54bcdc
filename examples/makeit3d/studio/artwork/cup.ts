import {
  CapsuleGeometry,
  type ColorRepresentation,
  CylinderGeometry,
  Group,
  Mesh,
  PlaneGeometry,
  Scene,
  ShadowMaterial,
  SphereGeometry,
  TorusGeometry,
} from "three";
import { boards, wall } from "./surfaces.ts";
import { backdrop, glaze, lathe, paint, put, type Still, table, tube } from "./workshop.ts";

function cupOn(scene: Scene, color: ColorRepresentation, rest: ColorRepresentation = color): void {
  const cup = new Group();
  const outside = [
    [0.32, 0.12],
    [0.4, 0.16],
    [0.56, 0.36],
    [0.68, 0.68],
    [0.74, 1.06],
    [0.755, 1.16],
    [0.74, 1.185],
    [0.715, 1.165],
  ] as const;
  const inside = [
    [0.715, 1.165],
    [0.69, 0.98],
    [0.62, 0.6],
    [0.46, 0.32],
    [0, 0.26],
  ] as const;
  put(cup, lathe(outside), glaze(color));
  put(cup, lathe(inside), glaze(0xf3ecdf));
  put(cup, new CylinderGeometry(0.665, 0.665, 0.01, 64), paint(0x3d1f10, { roughness: 0.12 }), 0, 0.94, 0);
  put(
    cup,
    new TorusGeometry(0.6, 0.045, 16, 80),
    paint(0xa9713c, { roughness: 0.3 }),
    0,
    0.935,
    0,
  ).rotation.x = Math.PI / 2;
  const handle = tube(
    [
      [0.66, 0.98, 0],
      [0.95, 1.05, 0],
      [1.14, 0.86, 0],
      [1.06, 0.58, 0],
      [0.82, 0.42, 0],
      [0.58, 0.42, 0],
    ],
    0.075,
  );
  put(cup, handle, glaze(color)).scale.z = 1.35;
  const saucer = [
    [0, 0.02],
    [0.5, 0.02],
    [0.62, 0.05],
    [1.0, 0.12],
    [1.26, 0.22],
    [1.29, 0.245],
    [1.27, 0.265],
    [0.98, 0.19],
    [0.6, 0.12],
    [0, 0.11],
  ] as const;
  put(cup, lathe(saucer), glaze(rest));
  cup.rotation.y = -0.55;
  scene.add(cup);
}

export function cup(color: ColorRepresentation): Still {
  const scene = new Scene();
  table(scene, boards());
  backdrop(scene, wall("#d9c3a4", "#a88660"));
  cupOn(scene, color);
  const steel = paint(0xcfd3d4, { roughness: 0.18, metalness: 1 });
  const spoon = new Group();
  put(spoon, new SphereGeometry(0.2, 40, 24), steel, 0, 0, 0).scale.set(1, 0.16, 1.4);
  put(spoon, new CapsuleGeometry(0.026, 1.15, 8, 16), steel, 0, 0.03, 0.86).rotation.x = Math.PI / 2 + 0.04;
  spoon.position.set(-1.2, 0.06, 0.75);
  spoon.rotation.y = 2.75;
  scene.add(spoon);
  return { scene, from: [0.4, 4.3, 6.0], at: [0, 0.42, 0], key: 2.3, sky: 1.2, exposure: 0.92 };
}

export function cupAlone(): Still {
  const scene = new Scene();
  const ground = new Mesh(new PlaneGeometry(16, 16), new ShadowMaterial({ opacity: 0.34 }));
  ground.rotation.x = -Math.PI / 2;
  ground.receiveShadow = true;
  scene.add(ground);
  cupOn(scene, 0x9e2413);
  return { scene, from: [0, 3.1, 6.3], at: [0, 0.5, 0], key: 2.2, sky: 1.3, room: 0.5 };
}
