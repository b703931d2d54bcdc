import {
  BoxGeometry,
  type BufferGeometry,
  CapsuleGeometry,
  CatmullRomCurve3,
  type ColorRepresentation,
  ConeGeometry,
  CylinderGeometry,
  DoubleSide,
  ExtrudeGeometry,
  Group,
  LatheGeometry,
  Mesh,
  MeshPhysicalMaterial,
  PlaneGeometry,
  Scene,
  ShadowMaterial,
  Shape,
  SphereGeometry,
  TorusGeometry,
  TubeGeometry,
  Vector2,
  Vector3,
} from "three";
import { boards, evening, wall } from "./surfaces.ts";

/** A set table, and how to look at it. */
export interface Still {
  scene: Scene;
  from: [number, number, number];
  at: [number, number, number];
  exposure?: number;
  key?: number;
  keyFrom?: [number, number, number];
  keyColor?: number;
  sky?: number;
  skyColor?: number;
  room?: number;
}

type Finish = Partial<{ roughness: number; clearcoat: number; metalness: number; sheen: number }>;

function paint(color: ColorRepresentation, finish: Finish = {}): MeshPhysicalMaterial {
  return new MeshPhysicalMaterial({ color, roughness: 0.5, side: DoubleSide, ...finish });
}
const glaze = (color: ColorRepresentation) => paint(color, { roughness: 0.22, clearcoat: 0.9 });
const wood = (color: ColorRepresentation) => paint(color, { roughness: 0.55, clearcoat: 0.25 });

function put(
  onto: Group | Scene,
  geometry: BufferGeometry,
  material: MeshPhysicalMaterial,
  x = 0,
  y = 0,
  z = 0,
): Mesh {
  const mesh = new Mesh(geometry, material);
  mesh.position.set(x, y, z);
  mesh.castShadow = mesh.receiveShadow = true;
  onto.add(mesh);
  return mesh;
}

function lathe(profile: readonly (readonly [number, number])[]): LatheGeometry {
  const curve = new CatmullRomCurve3(
    profile.map(([x, y]) => new Vector3(x, y, 0)),
    false,
    "catmullrom",
    0.4,
  );
  return new LatheGeometry(
    curve.getPoints(profile.length * 10).map(({ x, y }) => new Vector2(Math.max(0.0005, x), y)),
    96,
  );
}

function tube(points: readonly [number, number, number][], radius: number): TubeGeometry {
  const curve = new CatmullRomCurve3(points.map((point) => new Vector3(...point)));
  return new TubeGeometry(curve, 80, radius, 20);
}

function table(scene: Scene, surface: MeshPhysicalMaterial): void {
  put(scene, new PlaneGeometry(16, 16), surface).rotation.x = -Math.PI / 2;
}

function backdrop(scene: Scene, surface: MeshPhysicalMaterial, z = -3.2): void {
  put(scene, new PlaneGeometry(16, 9), surface, 0, 4.4, z).castShadow = false;
}

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

function cup(color: ColorRepresentation): Still {
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

function cupAlone(): Still {
  const scene = new Scene();
  const ground = new Mesh(new PlaneGeometry(16, 16), new ShadowMaterial({ opacity: 0.34 }));
  ground.rotation.x = -Math.PI / 2;
  ground.receiveShadow = true;
  scene.add(ground);
  cupOn(scene, 0x9e2413);
  return { scene, from: [0, 3.1, 6.3], at: [0, 0.5, 0], key: 2.2, sky: 1.3, room: 0.5 };
}

function cat(): Still {
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

function rocket(): Still {
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

function house(): Still {
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

export const stills: Record<string, () => Still> = {
  cat,
  cup: () => cup(0x9e2413),
  "cup-teal": () => cup(0x185c58),
  "cup-alone": cupAlone,
  rocket,
  house,
};
