import { Box3, Group, type Material, Mesh, type Object3D, Texture, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

/** A model as it stands on the table: upright, centred, of one size. */
export interface LoadedModel {
  readonly root: Group;
  /** How far the outermost point is from its axis, and how high it is. */
  readonly radius: number;
  readonly height: number;
  dispose(): void;
}

/** Reads a GLB and sets it down. */
export async function loadModel(url: string): Promise<LoadedModel> {
  const { scene } = await new GLTFLoader().loadAsync(url);
  const box = new Box3().setFromObject(scene);
  const center = box.getCenter(new Vector3());
  const extent = box.getSize(new Vector3());
  const scale = 2 / (Math.max(extent.x, extent.y, extent.z) || 1);
  const root = new Group();
  scene.position.sub(new Vector3(center.x, box.min.y, center.z));
  root.add(scene);
  root.scale.setScalar(scale);
  return {
    root,
    radius: (Math.hypot(extent.x, extent.z) / 2) * scale,
    height: extent.y * scale,
    dispose: () => disposeOf(root),
  };
}

/** Every mesh of a model. */
export function meshesOf(root: Object3D): Mesh[] {
  const meshes: Mesh[] = [];
  root.traverse((item) => {
    if (item instanceof Mesh) meshes.push(item);
  });
  return meshes;
}

function disposeOf(root: Object3D): void {
  for (const mesh of meshesOf(root)) {
    mesh.geometry.dispose();
    const materials: Material[] = Array.isArray(mesh.material) ? mesh.material : [mesh.material];
    for (const material of materials) {
      for (const value of Object.values(material)) {
        if (!(value instanceof Texture)) continue;
        value.dispose();
        if (value.image instanceof ImageBitmap) value.image.close();
      }
      material.dispose();
    }
  }
}
