import {
  type BufferGeometry,
  CatmullRomCurve3,
  type ColorRepresentation,
  DoubleSide,
  type Group,
  LatheGeometry,
  Mesh,
  MeshPhysicalMaterial,
  PlaneGeometry,
  type Scene,
  TubeGeometry,
  Vector2,
  Vector3,
} from "three";

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

export type Finish = Partial<{ roughness: number; clearcoat: number; metalness: number; sheen: number }>;

export function paint(color: ColorRepresentation, finish: Finish = {}): MeshPhysicalMaterial {
  return new MeshPhysicalMaterial({ color, roughness: 0.5, side: DoubleSide, ...finish });
}
export const glaze = (color: ColorRepresentation) => paint(color, { roughness: 0.22, clearcoat: 0.9 });
export const wood = (color: ColorRepresentation) => paint(color, { roughness: 0.55, clearcoat: 0.25 });

export function put(
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

export function lathe(profile: readonly (readonly [number, number])[]): LatheGeometry {
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

export function tube(points: readonly [number, number, number][], radius: number): TubeGeometry {
  const curve = new CatmullRomCurve3(points.map((point) => new Vector3(...point)));
  return new TubeGeometry(curve, 80, radius, 20);
}

export function table(scene: Scene, surface: MeshPhysicalMaterial): void {
  put(scene, new PlaneGeometry(16, 16), surface).rotation.x = -Math.PI / 2;
}

export function backdrop(scene: Scene, surface: MeshPhysicalMaterial, z = -3.2): void {
  put(scene, new PlaneGeometry(16, 9), surface, 0, 4.4, z).castShadow = false;
}
