import { BoxGeometry, CylinderGeometry, ExtrudeGeometry, Group, Scene, Shape, SphereGeometry } from "three";
import { wall } from "./surfaces.ts";
import { backdrop, paint, put, type Still, table, wood } from "./workshop.ts";

export function house(): Still {
  const scene = new Scene();
  table(scene, paint(0x9aad6b, { roughness: 0.95 }));
  backdrop(scene, wall("#f0dcc0", "#d8b98e"), -3.4);
  const home = new Group();
  const front = new Shape();
  front.moveTo(-0.72, 0);
  front.lineTo(0.72, 0);
  front.lineTo(0.72, 0.98);
  front.lineTo(0, 1.68);
  front.lineTo(-0.72, 0.98);
  const walls = new ExtrudeGeometry(front, { depth: 1.3, bevelSize: 0.02, bevelThickness: 0.02 });
  walls.translate(0, 0, -0.65);
  put(home, walls, wood(0xf0e4cd));
  for (const side of [-1, 1]) {
    const roof = put(home, new BoxGeometry(1.22, 0.12, 1.66), wood(0xb23a22), 0.41 * side, 1.37, 0);
    roof.rotation.z = -0.772 * side;
  }
  put(home, new BoxGeometry(0.24, 0.62, 0.24), wood(0x8a5a3c), 0.42, 1.66, -0.3);
  put(home, new BoxGeometry(0.36, 0.66, 0.08), wood(0x2f6a66), -0.22, 0.34, 0.68);
  put(
    home,
    new SphereGeometry(0.03, 16, 12),
    paint(0xe8c258, { metalness: 1, roughness: 0.3 }),
    -0.1,
    0.34,
    0.735,
  );
  put(home, new BoxGeometry(0.38, 0.38, 0.06), wood(0xffffff), 0.32, 0.56, 0.67);
  put(
    home,
    new BoxGeometry(0.3, 0.3, 0.08),
    paint(0x6fa3b8, { roughness: 0.1, clearcoat: 1 }),
    0.32,
    0.56,
    0.67,
  );
  put(home, new BoxGeometry(0.025, 0.34, 0.1), wood(0xffffff), 0.32, 0.56, 0.68);
  put(home, new BoxGeometry(0.34, 0.025, 0.1), wood(0xffffff), 0.32, 0.56, 0.68);
  put(
    home,
    new CylinderGeometry(0.15, 0.15, 0.06, 40),
    paint(0x6fa3b8, { roughness: 0.1, clearcoat: 1 }),
    0,
    1.22,
    0.67,
  ).rotation.x = Math.PI / 2;
  home.rotation.y = -0.42;
  home.position.set(-0.42, 0.02, 0);
  scene.add(home);
  const tree = new Group();
  put(tree, new CylinderGeometry(0.1, 0.13, 0.7, 24), wood(0x7b5134), 0, 0.35, 0);
  put(tree, new SphereGeometry(0.56, 48, 32), wood(0x5f8a4a), 0, 1.08, 0);
  put(tree, new SphereGeometry(0.36, 48, 32), wood(0x6d9a55), 0.3, 0.86, 0.24);
  tree.position.set(1.24, 0, 0.1);
  scene.add(tree);
  return { scene, from: [0.9, 2.9, 8.3], at: [0.16, 0.86, 0], key: 2.5, sky: 1.4 };
}
