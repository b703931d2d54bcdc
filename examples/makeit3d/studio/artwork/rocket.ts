import { ExtrudeGeometry, Group, PlaneGeometry, Scene, Shape, SphereGeometry, TorusGeometry } from "three";
import { evening } from "./surfaces.ts";
import { glaze, lathe, paint, put, type Still, table } from "./workshop.ts";

export function rocket(): Still {
  const scene = new Scene();
  table(scene, paint(0x4a5a72, { roughness: 0.85 }));
  const sky = evening();
  put(scene, new PlaneGeometry(16, 9), sky, 0, 3.7, -4.4).castShadow = false;
  const toy = new Group();
  const cream = glaze(0xf1eadc);
  const red = glaze(0xc0341c);
  put(
    toy,
    lathe([
      [0, 0.36],
      [0.3, 0.36],
      [0.42, 0.52],
      [0.56, 1.0],
      [0.58, 1.5],
      [0.46, 2.05],
      [0.34, 2.3],
    ]),
    cream,
  );
  put(
    toy,
    lathe([
      [0.345, 2.29],
      [0.22, 2.55],
      [0.09, 2.78],
      [0, 2.86],
    ]),
    red,
  );
  put(
    toy,
    new TorusGeometry(0.215, 0.05, 20, 64),
    paint(0xd9b25a, { roughness: 0.25, metalness: 1 }),
    0,
    1.72,
    0.53,
  );
  put(
    toy,
    new SphereGeometry(0.2, 40, 24),
    paint(0x23435e, { roughness: 0.08, clearcoat: 1 }),
    0,
    1.72,
    0.5,
  ).scale.z = 0.35;
  put(toy, new TorusGeometry(0.555, 0.035, 16, 96), red, 0, 1.06, 0).rotation.x = Math.PI / 2;
  put(
    toy,
    lathe([
      [0.2, 0.4],
      [0.3, 0.16],
      [0.34, 0.1],
      [0.28, 0.12],
      [0.16, 0.38],
    ]),
    paint(0x8f9496, { roughness: 0.3, metalness: 1 }),
  );
  const fin = new Shape();
  fin.moveTo(0.36, 0.95);
  fin.quadraticCurveTo(0.9, 0.75, 0.94, 0.0);
  fin.quadraticCurveTo(0.7, 0.3, 0.4, 0.42);
  for (const turn of [0.55, 0.55 + (Math.PI * 2) / 3, 0.55 + (Math.PI * 4) / 3]) {
    const geometry = new ExtrudeGeometry(fin, {
      depth: 0.09,
      bevelSize: 0.03,
      bevelThickness: 0.03,
      bevelSegments: 4,
    });
    geometry.translate(0, 0, -0.045);
    put(toy, geometry, red).rotation.y = turn;
  }
  toy.position.y = 0.04;
  toy.rotation.y = 0.2;
  scene.add(toy);
  return {
    scene,
    from: [0.3, 2.0, 8.1],
    at: [0, 1.34, 0],
    key: 3,
    keyFrom: [-5, 3.6, 4.2],
    keyColor: 0xffc48a,
    sky: 0.8,
    skyColor: 0x9db8e6,
    room: 0.3,
  };
}
